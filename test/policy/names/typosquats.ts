/** A name that was published to be taken for another, and the reports that name it. */
export interface Typosquat {
  readonly name: string;
  readonly imitates: string;
  /** An established name that is near as well, or nearer to what people expect, and must pass. */
  readonly honest: string;
}

/**
 * Names from public reports, in PEP 503's normal form:
 * 2017: SK-CSIRT's advisory on ten typosquats. 2018: Bertus' finds (colourama, the django ones, nmap-python and others).
 * 2019: python3-dateutil and jeIlyfish. 2020: request. 2022: Phylum's lists of November, Sonatype's requesys and pymafka.
 * 2021 to 2025: mitmproxy2, telethon2, solana-py, fabrice, deepseeek, termncolor.
 */
export const TYPOSQUATS: readonly Typosquat[] = `
acqusition          acquisition             acquire
setup-tools         setuptools              setuptools-scm
urlib3              urllib3                 httplib2
urllib              urllib                  urllib3
crypt               crypt                   bcrypt
diango              django                  djongo
djago               django                  django-filter
dajngo              django                  django-cors-headers
djanga              django                  djangorestframework
djangoo             django                  django-storages
colourama           colorama                coloredlogs
cloorama            colorama                colorlog
colorsama           colorama                colorful
mateplotlib         matplotlib              matplotlib-inline
nmap-python         python-nmap             libnmap
python-openssl      pyopenssl               pyspnego
python-mongo        pymongo                 mongoengine
python-mysql        pymysql                 mysqlclient
pythonkafka         kafka-python            confluent-kafka
pymafka             pykafka                 pymemcache
virtualnv           virtualenv              virtualenv-clone
python3-dateutil    python-dateutil         dateparser
python-dateuti      python-dateutil         python-decouple
jeilyfish           jellyfish               jsonschema
request             requests                requests-oauthlib
requesys            requests                requests-toolbelt
requesrs            requests                grequests
rqeuests            requests                requests-file
baeutifulsoup4      beautifulsoup4          soupsieve
beautifulsup4       beautifulsoup4          html5lib
cryptograpyh        cryptography            cryptg
crpytography        cryptography            pycryptodome
ipyhton             ipython                 ipykernel
mysql-connector-pyhton mysql-connector-python mysql-connector
pyautogiu           pyautogui               pygetwindow
pygaem              pygame                  pygam
pyyalm              pyyaml                  pyaml
slenium             selenium                seleniumbase
sqlachemy           sqlalchemy              sqlalchemy-utils
sqlalcemy           sqlalchemy              sqlalchemy-bigquery
python-flask        flask                   flask-cors
python3-flask       flask                   flask-login
notebok             notebook                notebook-shim
mail-validator      email-validator         validators
mariabd             mariadb                 aiomysql
pyurllib            urllib                  urllib3
mitmproxy2          mitmproxy               proxy-tools
fabrice             fabric                  fabric2
termncolor          termcolor               colorlog
solana-py           solana                  solders
telethon2           telethon                telegram
deepseeek           deepseek                deepdiff
`
  .trim()
  .split('\n')
  .map((line) => {
    const [name = '', imitates = '', honest = ''] = line.split(/\s+/);
    return { name, imitates, honest };
  });

/** From the same reports: two edits away, or of a name that is too short to be compared by edits. */
export const MISSED: readonly string[] = ['mumpy', 'requesr', 'tkniter', 'urlllib', 'mplatlib'];
