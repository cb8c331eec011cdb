// The one AWS account that the endpoint plays.

/** Twelve digits as AWS's own documents use them: no real account, and accepted wherever an account id is checked. */
export const accountId = "123456789012";
