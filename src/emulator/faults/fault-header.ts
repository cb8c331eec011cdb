// How a command's own faults travel.

/** The header in which a command names its run, then its faults: `d2c4 kind=throttle,count=2`. */
export const faultHeader = "x-lambda-ext-faults";
