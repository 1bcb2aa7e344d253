/** What people type: a few characters put in, taken out or replaced, a line doubled, moved or deleted, a word changed. */
export function randomEdit(text: string, random: () => number): string {
  const below = (n: number) => Math.floor(random() * n);
  const at = below(text.length + 1);
  const pick = (list: readonly string[]) => list[below(list.length)] ?? "";
  const lines = text.split("\n");
  switch (below(8)) {
    case 0:
      return (
        text.slice(0, at) +
        pick(["1", "x", " ", "(", ")", "{", "}", "\n", ",", ":", '"', "#", "->", "stage s"]) +
        text.slice(at)
      );
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + below(4));
    case 2: {
      const line = below(lines.length);
      return lines.toSpliced(line, 1).join("\n");
    }
    case 3: {
      const line = below(lines.length);
      return lines.toSpliced(line, 0, lines[below(lines.length)] ?? "").join("\n");
    }
    case 4:
    case 5: {
      const numbers = [...text.matchAll(/\d+/g)];
      const number = numbers[below(numbers.length)];
      if (number === undefined) return text;
      return text.slice(0, number.index) + String(1 + below(99)) + text.slice(number.index + number[0].length);
    }
    case 6: {
      const words = [...text.matchAll(/[A-Za-z_]\w*/g)];
      const word = words[below(words.length)];
      const other = words[below(words.length)];
      if (word === undefined || other === undefined) return text;
      return text.slice(0, word.index) + other[0] + text.slice(word.index + word[0].length);
    }
    default:
      return `${text.slice(0, at)}\n${pick(["x = 3", "task t = scalar(0 .. 1)", "# a comment", 'use "std/nn.abaw"', "late = 1e-4"])}\n${text.slice(at)}`;
  }
}
