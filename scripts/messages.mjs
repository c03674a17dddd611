// The texts for people in the sources: messages, help, page texts and schema descriptions. The compiler finds the
// strings; the prose linter's test checks them. By hand: node scripts/messages.mjs [--json] [FOLDER…]
import { relative, resolve } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

/** Replaces a value that a template inserts. */
const VALUE = 'X';
/** Shell programs. */
const OTHER_LANGUAGES = /^src\/cli\/completion\/(?:bash|fish|zsh)\.ts$/;
/** Longer texts without punctuation are lists of names. */
const MOST_WORDS = 40;

/**
 * @returns {{ file: string, line: number, text: string }[]} texts of at least three words
 */
function messages(folders) {
  return messagesInSources(folders).filter(
    ({ file, text }) => !OTHER_LANGUAGES.test(file) && isProse(text),
  );
}

function messagesInSources(folders) {
  const api = new API({ cwd: process.cwd() });
  try {
    const snapshot = api.updateSnapshot({ openProject: resolve('tsconfig.json') });
    const [{ program }] = snapshot.getProjects();
    return program
      .getSourceFileNames()
      .map((name) => [name, relative(process.cwd(), name).replaceAll('\\', '/')])
      .filter(([, file]) => folders.some((folder) => file.startsWith(folder)))
      .flatMap(([name, file]) => messagesIn(program.getSourceFile(name), file));
  } finally {
    api.close();
  }
}

function messagesIn(source, file) {
  const found = [];
  const visit = (node) => {
    if (SKIPPED.has(node.kind)) return;
    const text = textOf(node);
    if (text === undefined) {
      node.forEachChild(visit);
      return;
    }
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    const isPage = node.parent?.kind === SyntaxKind.TaggedTemplateExpression;
    for (const part of isPage ? partsOfPage(text) : [text])
      found.push({ file, line: line + 1, text: part.replace(/\s+/g, ' ').trim() });
    visitValues(node, visit);
  };
  visit(source);
  return found;
}

/** Nodes whose strings are not texts. */
const SKIPPED = new Set([
  SyntaxKind.ImportDeclaration,
  SyntaxKind.ExportDeclaration,
  SyntaxKind.LiteralType,
]);

/** @returns {string | undefined} the text of a literal, a template, or literals joined with `+` */
function textOf(node) {
  if (
    node.kind === SyntaxKind.StringLiteral ||
    node.kind === SyntaxKind.NoSubstitutionTemplateLiteral
  )
    return node.text;
  if (node.kind === SyntaxKind.TemplateExpression)
    return node.templateSpans.reduce(
      (text, span) => text + VALUE + span.literal.text,
      node.head.text,
    );
  if (
    node.kind === SyntaxKind.BinaryExpression &&
    node.operatorToken.kind === SyntaxKind.PlusToken
  ) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    if (left !== undefined || right !== undefined) return (left ?? VALUE) + (right ?? VALUE);
  }
  return undefined;
}

/** Texts inside a template's values: `${count === 1 ? 'one file' : 'many files'}`. */
function visitValues(node, visit) {
  if (node.kind === SyntaxKind.TemplateExpression)
    for (const span of node.templateSpans) visit(span.expression);
  if (node.kind === SyntaxKind.BinaryExpression)
    for (const side of [node.left, node.right])
      if (textOf(side) === undefined) visit(side);
      else visitValues(side, visit);
}

/** A template of HTML: the text between tags that end a sentence. */
function partsOfPage(text) {
  return text
    .replace(/<\/?(?:a|b|em|strong|code|span|time|abbr|i|small)\b[^>]*>/g, '')
    .split(/<[^>]*>/);
}

/** At least three consecutive words, and not a program in another language. */
function isProse(text) {
  if (
    /redis\.call|\blocal \w+ =|^SELECT |\$\{?\w+\}?;|=> ?\{|^[\w-]+(?:, ?[\w/*;=.+-]+)*$/.test(text)
  )
    return false;
  if (text.split(' ').length > MOST_WORDS && !/[.;] /.test(text)) return false;
  return /[A-Za-z]{2,}[,:]? [A-Za-z]{1,}[,:]? [A-Za-z]{2,}/.test(text);
}

const folders = process.argv.slice(2).filter((one) => one !== '--json');
const found = messages(folders.length > 0 ? folders : ['src']);
if (process.argv.includes('--json')) console.log(JSON.stringify(found));
else for (const { file, line, text } of found) console.log(`${file}:${line}: ${text}`);
