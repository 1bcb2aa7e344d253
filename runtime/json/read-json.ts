import { Ajv, type SchemaObject, type ValidateFunction } from "ajv";

/** Text from outside that is not the JSON it should be; the message says where it differs. */
export class JsonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "JsonError";
  }
}

// The schemas are ours; to compile the schema of schemas takes longer than all of them.
const ajv = new Ajv({ meta: false, validateSchema: false });

/** A reader of JSON of one shape: gives the value, or throws a JsonError that names what the text is and what differs. */
export function jsonReader<T>(schema: SchemaObject): (text: string, what: string) => T {
  let validate: ValidateFunction<T> | undefined;
  return (text, what) => {
    validate ??= ajv.compile(schema);
    const value = parsed(text, what);
    if (validate(value)) return value;
    throw new JsonError(`${what} is not as it should be: ${ajv.errorsText(validate.errors, { dataVar: "it" })}`);
  };
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new JsonError(`${what} is not JSON: ${problem instanceof Error ? problem.message : String(problem)}`);
  }
}
