/** Node cannot compress bzip2; these two sdists were compressed by Python's `bz2` from the output of `buildTar`. */
const unpacked = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'base64');

/** A valid sdist `demo-1.0`. */
export const HONEST_SDIST_BZ2 = unpacked([
  'QlpoOTFBWSZTWQPEtVsAAIjfhsqQQGP/kAGrwYBnJ94gAACABAgIMAC5ISkKPU2U00BpoGIYajTQeoYyGQ0Gg0aANA',
  'A0MEkkJpieiNA0aaAAYhpfXkfS2AylcDRiAp0Z7VpTxURTOUykQDIVLe7YTYM1190VUa3+LERTKsYQWIenCS2neBJR',
  'kOIqRZXOtVCKStrF5aJOT0cO9mF900IwshKXszMCoepPXOiMsezQxMbQbIssHzh9YPBWDCa2KNVc5Pzx8X66nTkqaT',
  'HQnuCcMFBUkfxdyRThQkAPEtVs',
]);

/** The same with a `demo.pth` that runs `import os`. */
export const PTH_SDIST_BZ2 = unpacked([
  'QlpoOTFBWSZTWbTVuJ8AAK/fhsqQQGP/kAGrwYBnZ94gAACAQAiIMADbMCUk9UNk0IANADTJo0aG1BJQmKNAAaMhkA',
  'B6gAlU9UZNGEaMABGTEwEMr0mb6uobCAjIgJzBRQdfgfyCEOwHfks1xBoJxIYgMsm+JPVQxj/JJ9MQr6Vic+4GtMAV',
  'YrwNARUubgRaU0CwGqymghM3SDAfFzYUQjonBVY64t71z2X2U2TJWsaocSRget+uEsIS9WiXF1QNlY9Skm1CfhR4jL',
  'VHVDoJGVxMkC949INozxTkgMHNxhMRBOEAWgRP4u5IpwoSFpq3E+A=',
]);
