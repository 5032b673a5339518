/** Tables as text (RFC 4180), as spreadsheets write them: with commas, semicolons or tabs. */

export interface CsvRow {
  /** Of the file, from 1: where the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

const SEPARATORS = [";", "\t", ","];

/** Reads the rows that are not empty. A quote that is never closed reaches to the end of the text. */
export function parseCsv(text: string): readonly CsvRow[] {
  const source = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const head = source.slice(0, (source + "\n").indexOf("\n"));
  const separator = SEPARATORS.find((each) => head.includes(each)) ?? ",";
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let begin = 1;

  const endCell = (): void => {
    cells.push(cell.trim());
    cell = "";
  };
  const endRow = (): void => {
    endCell();
    if (cells.some(Boolean)) rows.push({ line: begin, cells });
    cells = [];
    begin = line;
  };
  for (let at = 0; at < source.length; at += 1) {
    const letter = source.charAt(at);
    if (letter === "\n") line += 1;
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (source.charAt(at + 1) === '"') {
        cell += letter;
        at += 1;
      } else isQuoted = false;
    } else if (letter === '"' && !cell.trim()) {
      cell = "";
      isQuoted = true;
    } else if (letter === separator) endCell();
    else if (letter === "\n") endRow();
    else cell += letter;
  }
  endRow();
  return rows;
}
