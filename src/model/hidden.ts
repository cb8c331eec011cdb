// What stands in for a value that nobody may see.

/** Wherever a function's variable or a parameter is shown. */
export const hiddenValue = "•••";
