package io.jpm.config.command;

import io.jpm.config.values.ShellWords;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Classifies a script by its first bytes, which determine how to run it.
sealed interface ScriptContent {
  /// A file that the kernel executes directly: ELF, or another file that is not text.
  record Binary() implements ScriptContent {}

  /// Text whose first line names its interpreter.
  ///
  /// @param program the interpreter as written: a path, or the word after `/usr/bin/env`
  /// @param arguments the arguments of the interpreter before the script
  /// @param validForKernel whether the kernel interprets the line as intended. If the line ends
  ///   with a carriage return, the kernel treats the carriage return as part of the program's name
  record Shebang(String program, List<String> arguments, boolean validForKernel)
      implements ScriptContent {
    public Shebang {
      arguments = List.copyOf(arguments);
    }
  }

  /// Text without an interpreter line.
  record PlainText() implements ScriptContent {}

  /// The file could not be read.
  record Unreadable() implements ScriptContent {}

  /// The number of bytes at the beginning of a file that the kernel and PM2 examine.
  int EXAMINED_BYTES = 512;

  static ScriptContent of(Path file) {
    if (!Files.isRegularFile(file)) {
      return new Unreadable(); // reading a pipe could block
    }
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(EXAMINED_BYTES);
    } catch (IOException _) {
      return new Unreadable();
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("#!")) {
      return shebang(text.lines().findFirst().orElse(text).substring(2), text.contains("\r\n"));
    }
    return isBinary(text) ? new Binary() : new PlainText();
  }

  private static ScriptContent shebang(String line, boolean carriageReturn) {
    List<String> words = ShellWords.of(line).words();
    if (words.isEmpty()) {
      return new PlainText();
    }
    boolean throughEnv = words.getFirst().endsWith("/env");
    int program = throughEnv ? firstProgram(words) : 0;
    return program >= words.size()
        ? new PlainText()
        : new Shebang(
            words.get(program), words.subList(program + 1, words.size()), !carriageReturn);
  }

  /// Returns the index of the first word after `env` that is neither an option nor a variable.
  private static int firstProgram(List<String> words) {
    int i = 1;
    while (i < words.size() && (words.get(i).startsWith("-") || words.get(i).contains("="))) {
      i++;
    }
    return i;
  }

  /// Reports whether the bytes contain control characters that do not occur in text. UTF-8 counts
  /// as text.
  private static boolean isBinary(String head) {
    return head.chars().anyMatch(c -> c < ' ' && "\t\n\r\f\b\u001b".indexOf(c) < 0);
  }
}
