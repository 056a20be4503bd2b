// The runtime's record of a program's layout (runtime.moduledata). It has no mark of its own; it begins with the
// address of the function table, which is how it is found.
import type { ElfFile } from "./elf";

interface ModuleData {
  /** Address that a function's address counts from. */
  text: number;
  /** Address of go:func.*, the functions' data; undefined where the format is not known to have it. */
  functionData?: number;
}

// Words before a field, the same since Go 1.16 (text) and Go 1.20 (gofunc): runtime/symtab.go.
const textField = 22;
const functionDataField = 40;

export function findModuleData(
  elf: ElfFile,
  tableAddress: number,
  isText: (address: number) => boolean,
): ModuleData | undefined {
  const { reader } = elf;
  const { wordSize, little } = reader.order;
  const wanted = Buffer.alloc(wordSize);
  if (wordSize === 8) wanted[little ? "writeBigUInt64LE" : "writeBigUInt64BE"](BigInt(tableAddress));
  else wanted[little ? "writeUInt32LE" : "writeUInt32BE"](tableAddress);
  for (const { offset, size, executable } of elf.sections) {
    if (executable) continue;
    const end = offset + size - (functionDataField + 1) * wordSize;
    // Not beyond the section: many small ones would have all of the file searched.
    const section = reader.bytes.subarray(0, offset + size);
    for (
      let at = section.indexOf(wanted, offset);
      at >= 0 && at < end;
      at = section.indexOf(wanted, at + 1)
    ) {
      const text = reader.word(at + textField * wordSize);
      const minimum = reader.word(at + (textField - 2) * wordSize);
      if (!isText(text) || minimum < text) continue;
      return { text, functionData: reader.word(at + functionDataField * wordSize) };
    }
  }
  return undefined;
}
