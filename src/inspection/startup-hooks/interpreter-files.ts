/** Suffixes of what Python imports as a module, on any system. */
export const MODULE = /\.(?:py|pyc|pyo|pyw|so|pyd|dll|dylib|sl)$/;

/**
 * What an interpreter reads beside itself or above before anything else, and takes its import path from: on every
 * system since 3.11 (`Modules/getpath.py`), for whatever the program or its library is called.
 */
export const INTERPRETER_SETTINGS =
  /\._pth$|^(?:pyvenv\.cfg|pybuilddir\.txt|(?:python|pypy)[\d.]*t?\.zip|(?:lib)?(?:python|pypy)[\d.]+[a-z]*\.(?:dll|so|dylib)(?:\..*)?)$/;
