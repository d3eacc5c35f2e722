import { RE2JS } from "re2js";

/** Patterns are RE2's: they take time in proportion to the text, whoever wrote them. Null: it can be used. */
export function patternProblem(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `^` and `$` match at the ends of lines too: consoles are lines. */
export function matchesPattern(pattern: string, text: string): boolean {
  return RE2JS.compile(pattern, RE2JS.MULTILINE).matcher(text).find();
}
