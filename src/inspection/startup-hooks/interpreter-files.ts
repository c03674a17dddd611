/** Suffixes of files that Python imports as a module, on any system. */
export const MODULE = /\.(?:py|pyc|pyo|pyw|so|pyd|dll|dylib|sl)$/;

/**
 * Files next to or above an interpreter that it reads first, and that set its import path: on every system since 3.11
 * (`Modules/getpath.py`), for any name of the program or its library.
 */
export const INTERPRETER_SETTINGS =
  /\._pth$|^(?:pyvenv\.cfg|pybuilddir\.txt|(?:python|pypy)[\d.]*t?\.zip|(?:lib)?(?:python|pypy)[\d.]+[a-z]*\.(?:dll|so|dylib)(?:\..*)?)$/;
