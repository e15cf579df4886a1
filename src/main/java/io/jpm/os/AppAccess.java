package io.jpm.os;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What the daemon does for an app with the rights of the app's user: it must not read a file or
/// run a program for that user which the user could not. Every method may block.
public interface AppAccess {
  /// Of systems on which no app runs as another user: everything is done as the daemon, and another
  /// user is refused.
  AppAccess OF_DAEMON =
      new AppAccess() {
        @Override
        public byte[] read(Path file, int most, RunAs owner) throws IOException {
          return BoundedFile.read(file, most);
        }

        @Override
        public Launch launch(
            List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
            throws IOException {
          if (owner.user().isPresent()) {
            throw new IOException("cannot be run as user " + owner.user().get() + " here");
          }
          return new Launch(command, cwd, environment);
        }

        @Override
        public boolean isOther(RunAs owner) {
          return false;
        }
      };

  /// What a process is made of.
  ///
  /// @param command program and arguments
  /// @param directory where it begins, as the daemon: one that the daemon may enter for anybody
  /// @param environment all variables
  record Launch(List<String> command, Path directory, Map<String, String> environment) {
    public Launch {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    /// What starts it.
    public ProcessBuilder builder() {
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      return builder;
    }
  }

  /// The bytes of a regular file: a pipe or a device, also one that takes the file's place
  /// meanwhile, is refused and not waited for. It is read as the user, unless every part of its
  /// path, links included, belongs to root and nobody else may write to it: such a path says what
  /// root has said.
  ///
  /// @param most how many bytes it may have
  /// @param owner as whom the app runs; without a user: as the daemon
  /// @throws java.nio.file.NoSuchFileException when it is not there
  /// @throws IOException with a sentence without a subject, which has nothing of the file in it
  byte[] read(Path file, int most, RunAs owner) throws IOException;

  /// What makes a process that becomes `command` as the user, and enters `cwd` as the user: the
  /// daemon could be led into any directory by a link.
  ///
  /// @param command a name that is looked up in the PATH of `environment`, or a path; and its
  ///   arguments
  /// @param cwd the directory it runs in, absolute
  /// @param environment all variables; those that name the user and its home are replaced
  /// @throws IOException with a sentence for the user where that is not possible
  Launch launch(List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
      throws IOException;

  /// Whether that is another user than the daemon's. Where the user is not known, it is.
  boolean isOther(RunAs owner);
}
