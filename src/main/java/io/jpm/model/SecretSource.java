package io.jpm.model;

import java.nio.file.Path;
import java.util.List;

/// The source from which the value of a secret variable is read whenever a process starts. The
/// value itself exists only in the environment of that process.
public sealed interface SecretSource {
  /// The content of a file. A line feed at the end of the file is not part of the value.
  ///
  /// @param path the absolute path
  record FromFile(Path path) implements SecretSource {
    public FromFile {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("the secret file " + path + " is not an absolute path");
      }
    }

    @Override
    public String displayText() {
      return "file:" + path;
    }
  }

  /// A credential that systemd passes to the daemon.
  ///
  /// @param name the file name of the credential
  record FromCredential(String name) implements SecretSource {
    public FromCredential {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
        throw new IllegalArgumentException(
            "\"" + name + "\" is not the name of a credential: use a file name without /");
      }
    }

    @Override
    public String displayText() {
      return "credential:" + name;
    }
  }

  /// The output of a command, which runs without a shell. A line feed at the end of the output is
  /// not part of the value.
  ///
  /// @param argv the program and its arguments; the program is an absolute path or a name that is
  ///   searched for in the daemon's PATH
  record FromCommand(List<String> argv) implements SecretSource {
    public FromCommand {
      argv = List.copyOf(argv);
      if (argv.isEmpty()) {
        throw new IllegalArgumentException(
            "the secret command is empty: it must begin with a program");
      }
    }

    @Override
    public String displayText() {
      return "command:" + String.join(" ", argv);
    }
  }

  /// Returns a text that shows the source to users, such as `file:/run/secrets/db`.
  String displayText();
}
