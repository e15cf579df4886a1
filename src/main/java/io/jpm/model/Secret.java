package io.jpm.model;

import java.nio.file.Path;
import java.util.List;

/// Where the value of a secret variable is found at each start of a process. The value itself is
/// nowhere but in the environment of that process.
public sealed interface Secret {
  /// In a file, without a line end that it ends in.
  ///
  /// @param path absolute
  record InFile(Path path) implements Secret {
    public InFile {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("the secret's file " + path + " is not absolute");
      }
    }

    @Override
    public String shown() {
      return "file:" + path;
    }
  }

  /// Among the credentials that systemd hands to the daemon.
  ///
  /// @param name a file name
  record Credential(String name) implements Secret {
    public Credential {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
        throw new IllegalArgumentException("\"" + name + "\" is no name of a credential");
      }
    }

    @Override
    public String shown() {
      return "credential:" + name;
    }
  }

  /// What a command prints, without a line end that it ends in. No shell reads it.
  ///
  /// @param argv program and arguments; the program is an absolute path, or looked for in the
  ///   daemon's PATH
  record OfCommand(List<String> argv) implements Secret {
    public OfCommand {
      argv = List.copyOf(argv);
      if (argv.isEmpty()) {
        throw new IllegalArgumentException("a command has a program at least");
      }
    }

    @Override
    public String shown() {
      return "command:" + String.join(" ", argv);
    }
  }

  /// How people are told of it: `file:/run/secrets/db`.
  String shown();
}
