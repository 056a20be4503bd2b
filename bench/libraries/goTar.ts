// What Go's archive/tar lists of an archive.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** In the place of a list, for an archive that a reader refuses. */
export const refused = "refused";

const goReader = `package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"unicode/utf8"
)

var types = map[byte]string{'0': "file", 0: "file", '7': "file", 'S': "file", '1': "hardlink", '2': "symlink",
	'3': "character", '4': "block", '5': "directory", '6': "fifo"}

func list(archive []byte) ([]json.RawMessage, error) {
	reader := tar.NewReader(bytes.NewReader(archive))
	lines := []json.RawMessage{}
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		kind, known := types[header.Typeflag]
		if !known {
			continue
		}
		size, link := int64(0), ""
		if kind == "file" {
			size = header.Size
		}
		if kind == "hardlink" || kind == "symlink" {
			link = header.Linkname
		}
		var buffer bytes.Buffer
		encoder := json.NewEncoder(&buffer)
		encoder.SetEscapeHTML(false)
		encoder.Encode([]any{kind, text(header.Name), size, header.Mode & 07777, header.Uid, header.Gid, text(link)})
		lines = append(lines, buffer.Bytes())
		if _, err := io.Copy(io.Discard, reader); err != nil {
			return nil, err
		}
	}
}

// Names are bytes: JSON has no others than UTF-8, and ours reads them as Latin-1 then.
func text(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	runes := []rune{}
	for _, each := range []byte(name) {
		runes = append(runes, rune(each))
	}
	return string(runes)
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	for {
		var size uint32
		if binary.Read(input, binary.LittleEndian, &size) != nil {
			return
		}
		archive := make([]byte, size)
		io.ReadFull(input, archive)
		// Nil for an archive that is refused.
		lines, _ := list(archive)
		output.Encode(lines)
	}
}
`;

/** What Go's archive/tar lists of each. */
export function readByGo(directory: string, archives: readonly Buffer[]): string[] {
  const file = path.join(directory, "main.go");
  fs.writeFileSync(file, goReader);
  const input = Buffer.concat(
    archives.flatMap((archive) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(archive.length);
      return [size, archive];
    }),
  );
  const { stdout, stderr, status } = spawnSync("go", ["run", file], { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`go run: ${stderr.toString()}`);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Record<string, unknown>[] | null)
    .map((lines) => lines?.map((each) => JSON.stringify(each)).join("\n") ?? refused);
}
