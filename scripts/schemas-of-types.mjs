// JSON Schemas of TypeScript types, with their comments as descriptions. The compiler resolves the types, so that
// `Omit`, `z.output` or a union of constants appear as their result.
import { resolve } from 'node:path';
import { API, SignatureKind, SymbolFlags, TypeFlags } from 'typescript/unstable/sync';

/** Types that JSON serializes as an empty object. */
const NO_JSON = new Set(['Map', 'ReadonlyMap', 'Set', 'ReadonlySet', 'Iterable', 'AsyncIterable']);

/**
 * @param file the path of a source file
 * @param name an interface in it, whose members' types are described, each under the member's name
 */
export function schemasOfTypes(file, name) {
  const api = new API({ cwd: process.cwd() });
  try {
    const snapshot = api.updateSnapshot({ openProject: resolve('tsconfig.json') });
    const [{ checker, program }] = snapshot.getProjects();
    const module = checker.getSymbolAtLocation(program.getSourceFile(resolve(file)));
    return describeMembers(checker, checker.getDeclaredTypeOfSymbol(module.getExports().get(name)));
  } finally {
    api.close();
  }
}

function describeMembers(checker, root) {
  const schemas = {};
  /** The types with a separate schema. */
  const described = new Map();

  const commentOn = (symbol) => {
    const text = symbol.getDocumentationComment(checker).replace(/\s+/g, ' ').trim();
    return text === '' ? {} : { description: text };
  };

  function schemaOf(type) {
    if (type.isUnionType()) return unionOf(type.getTypes());
    if (type.isStringLiteralType() || type.isNumberLiteralType() || type.isBooleanLiteralType())
      return { const: type.value };
    if (type.flags & TypeFlags.StringLike || isBranded(type)) return { type: 'string' };
    if (type.flags & TypeFlags.NumberLike) return { type: 'number' };
    if (type.flags & TypeFlags.Null) return { type: 'null' };
    if (checker.isArrayType(type))
      return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
    if (/^(readonly )?\[/.test(checker.typeToString(type))) return tupleOf(type);
    if (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) return namedOf(type);
    throw new Error(`there is no schema for ${checker.typeToString(type)}`);
  }

  /** `string & { __brand }`. */
  function isBranded(type) {
    return (
      type.isIntersectionType() && type.getTypes().some(({ flags }) => flags & TypeFlags.StringLike)
    );
  }

  /** A fixed number of items of the same type. */
  function tupleOf(type) {
    const all = checker.getTypeArguments(type).map(schemaOf);
    const kinds = [...new Map(all.map((schema) => [JSON.stringify(schema), schema])).values()];
    const items = kinds.length === 1 ? kinds[0] : { anyOf: kinds };
    return { type: 'array', items, minItems: all.length, maxItems: all.length };
  }

  function unionOf(types) {
    const texts = types.filter((type) => type.isStringLiteralType()).map(({ value }) => value);
    const isBoolean = types.filter((type) => type.isBooleanLiteralType()).length === 2;
    const rest = types.filter(
      (type) =>
        !(type.flags & TypeFlags.Undefined) &&
        !type.isStringLiteralType() &&
        !(isBoolean && type.isBooleanLiteralType()),
    );
    const all = [
      ...rest.map(schemaOf),
      ...(texts.length > 0 ? [{ enum: texts.sort() }] : []),
      ...(isBoolean ? [{ type: 'boolean' }] : []),
    ];
    return all.length === 1 ? all[0] : { anyOf: all };
  }

  /** A named type is described once, and referenced. */
  function namedOf(type) {
    const symbol = type.getAliasSymbol() ?? type.getSymbol();
    const text = checker.typeToString(type);
    const isFunction = checker.getSignaturesOfType(type, SignatureKind.Call).length > 0;
    if (isFunction || NO_JSON.has(symbol?.name)) throw new Error(`JSON has no form for ${text}`);
    if (symbol?.name !== text) return objectOf(type);
    if (!described.has(text)) {
      described.set(text, type.id);
      // Before its members, which may have the same type.
      schemas[text] = {};
      Object.assign(schemas[text], commentOn(symbol), objectOf(type));
    }
    return described.get(text) === type.id
      ? { $ref: `#/components/schemas/${text}` }
      : objectOf(type);
  }

  function objectOf(type) {
    const index = checker.getIndexInfosOfType(type)[0];
    const properties = {};
    const required = [];
    for (const member of checker.getPropertiesOfType(type)) {
      // JSON has no symbols.
      if (member.name.startsWith('__@')) continue;
      const its = checker.getTypeOfSymbol(member);
      const types = its.isUnionType() ? its.getTypes() : [its];
      // JSON omits undefined values.
      const lacking = types.filter(({ flags }) => flags & TypeFlags.Undefined).length;
      if (lacking === types.length) continue;
      properties[member.name] = { ...schemaOf(its), ...commentOn(member) };
      if (!(member.flags & SymbolFlags.Optional) && lacking === 0) required.push(member.name);
    }
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      additionalProperties: index === undefined ? false : schemaOf(index.valueType),
    };
  }

  for (const member of checker.getPropertiesOfType(root)) {
    const schema = schemaOf(checker.getTypeOfSymbol(member));
    if (schema.$ref !== `#/components/schemas/${member.name}`) schemas[member.name] = schema;
  }
  return schemas;
}
