package io.jpm.config.values;

import io.jpm.spec.AppKey;

/// The location of an app in a file or on a command line. Formats locations for messages.
public sealed interface SourceLocation {
  /// Returns the location of the app as a whole.
  String app();

  /// Returns the location of a line in the app.
  String at(int line);

  /// Returns the line in which the app begins; 0 for the command line and the value of a script.
  int line();

  /// Returns the location of the value of `key`, which is written as `spelling`. `tail` is the path
  /// to a part of the value, such as `[2]` or `.PORT`.
  String value(AppKey key, String spelling, int line, String tail);

  /// Returns the prefix of a warning about the app named `app`.
  String warning(String app);

  /// Returns the name of `key` for a warning. `spelling` is the key as written.
  String displayName(AppKey key, String spelling);

  /// Returns the name of `key` with its location, for use in a message about another key.
  String reference(AppKey key, String spelling, int line);

  /// Formats the location of a line in a file. Line 0 is omitted.
  static String location(String file, int line) {
    return line == 0 ? file : file + ":" + line;
  }

  /// An object in a process file.
  ///
  /// @param file the file as the user named it
  /// @param path its path in the file: `apps[2]`; empty if the file consists of this app only
  record InFile(String file, String path, int line) implements SourceLocation {
    @Override
    public String app() {
      return at(line);
    }

    @Override
    public String at(int other) {
      return location(file, other) + (path.isEmpty() ? "" : ": " + path);
    }

    @Override
    public String value(AppKey key, String spelling, int line, String tail) {
      String dot = path.isEmpty() ? "" : path + ".";
      return location(file, line) + ": " + dot + spelling + tail;
    }

    @Override
    public String warning(String app) {
      return file + ": " + app + ": ";
    }

    @Override
    public String displayName(AppKey key, String spelling) {
      return spelling;
    }

    @Override
    public String reference(AppKey key, String spelling, int line) {
      return line == 0 ? spelling : spelling + " in line " + line;
    }
  }

  /// The options of a command.
  ///
  /// @param script the argument that names the script
  record CommandLine(String script) implements SourceLocation {
    @Override
    public String app() {
      return script;
    }

    @Override
    public String at(int other) {
      return script;
    }

    @Override
    public int line() {
      return 0;
    }

    @Override
    public String value(AppKey key, String spelling, int line, String tail) {
      return key == AppKey.SCRIPT ? script : displayName(key, spelling) + tail;
    }

    @Override
    public String warning(String app) {
      return app + ": ";
    }

    @Override
    public String displayName(AppKey key, String spelling) {
      return key.option().orElse(spelling);
    }

    @Override
    public String reference(AppKey key, String spelling, int line) {
      return displayName(key, spelling);
    }
  }
}
