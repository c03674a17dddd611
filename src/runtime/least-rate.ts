/**
 * What must move on a connection while it is waited for, in bytes a second: with less nobody lives to see the end of an
 * artifact. A line of 56 kbit/s has seven times that.
 */
export const LEAST_RATE = 1_024;
