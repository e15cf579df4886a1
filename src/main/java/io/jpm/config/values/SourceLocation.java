package io.jpm.config.values;

import io.jpm.spec.AppKey;

/// Where an app is described, to say where a mistake stands.
public sealed interface SourceLocation {
  /// The place of the app as a whole.
  String app();

  /// The same with another line of it.
  String at(int line);

  /// The line of the app as a whole; 0 on the command line and in what a script gave.
  int line();

  /// The place of the value of `key`, spelled `spelling`; `tail` leads further into the value:
  /// `[2]`, `.PORT`.
  String value(AppKey key, String spelling, int line, String tail);

  /// How warnings begin.
  String warning(String app);

  /// How a warning names `key`, spelled `spelling`.
  String shown(AppKey key, String spelling);

  /// The same with its place, for a sentence about another key.
  String reference(AppKey key, String spelling, int line);

  /// A line of a file; 0 is no line.
  static String place(String file, int line) {
    return line == 0 ? file : file + ":" + line;
  }

  /// An object in a process file.
  ///
  /// @param file the file as the user named it
  /// @param path where in the file: `apps[2]`; empty when the file is this one app
  record InFile(String file, String path, int line) implements SourceLocation {
    @Override
    public String app() {
      return at(line);
    }

    @Override
    public String at(int other) {
      return place(file, other) + (path.isEmpty() ? "" : ": " + path);
    }

    @Override
    public String value(AppKey key, String spelling, int line, String tail) {
      String dot = path.isEmpty() ? "" : path + ".";
      return place(file, line) + ": " + dot + spelling + tail;
    }

    @Override
    public String warning(String app) {
      return file + ": " + app + ": ";
    }

    @Override
    public String shown(AppKey key, String spelling) {
      return spelling;
    }

    @Override
    public String reference(AppKey key, String spelling, int line) {
      return line == 0 ? spelling : spelling + " in line " + line;
    }
  }

  /// The options of a command.
  ///
  /// @param script the word that names what to run
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
      return key == AppKey.SCRIPT ? script : shown(key, spelling) + tail;
    }

    @Override
    public String warning(String app) {
      return app + ": ";
    }

    @Override
    public String shown(AppKey key, String spelling) {
      return key.option().orElse(spelling);
    }

    @Override
    public String reference(AppKey key, String spelling, int line) {
      return shown(key, spelling);
    }
  }
}
