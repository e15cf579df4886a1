package io.jpm.os.linux.spawn;

import io.jpm.model.process.Exit;
import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.credentials.RegularFile;
import io.jpm.os.linux.libc.Errno;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// Explains to the user why a spawn failed, based on the error number. The program file is
/// inspected only after the failure, so the inspection affects only the message.
final class SpawnRefusal {
  private static final int LONGEST_FIRST_LINE = 256;

  private SpawnRefusal() {}

  /// Rejects invalid names of environment variables, and texts that contain a NUL byte, which would
  /// terminate a C string.
  static void checkTexts(SpawnRequest request) throws IOException {
    for (int i = 0; i < request.argv().size(); i++) {
      if (request.argv().get(i).indexOf('\0') >= 0) {
        throw new IOException("argument " + i + " contains a NUL byte");
      }
    }
    for (Map.Entry<String, String> entry : request.environment().entrySet()) {
      String name = entry.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw new IOException("'" + name + "' is not a valid name for an environment variable");
      }
      if (entry.getValue().indexOf('\0') >= 0) {
        throw new IOException("the environment variable " + name + " contains a NUL byte");
      }
    }
  }

  static String folderSentence(Path cwd, int errno) {
    return switch (errno) {
      case Errno.ENOENT -> "the working directory " + cwd + " does not exist";
      case Errno.ENOTDIR -> "the working directory " + cwd + " is not a directory";
      case Errno.EACCES -> "the working directory " + cwd + " cannot be entered: permission denied";
      default -> "the working directory " + cwd + " cannot be opened: " + Errno.message(errno);
    };
  }

  static String explain(SpawnRequest request, int errno) {
    Path program = request.program();
    return switch (errno) {
      case Errno.ENOENT -> missing(program);
      case Errno.EACCES -> notPermitted(request);
      case Errno.ENOEXEC -> notAProgram(program);
      case Errno.E2BIG ->
          program
              + " cannot be started: its arguments and environment are too large ("
              + kibibytes(request)
              + " KiB in total; each argument or variable may have at most 128 KiB)";
      case Errno.EAGAIN ->
          program
              + " cannot be started because the limit on processes has been reached: raise it"
              + " (ulimit -u, or pids.max of the cgroup)";
      case Errno.ENOMEM -> program + " cannot be started: the machine is out of memory";
      default -> program + " cannot be started: " + Errno.message(errno);
    };
  }

  /// Explains why a child exited while it was still changing its user. The helper programs of
  /// [io.jpm.os.linux.credentials.UserLaunch] exit with code 126 if the program is not executable
  /// and with 127 if it is not found. Other exits of `setpriv` mean that the credentials could not
  /// be changed. The messages of the helper programs are in the app's error log.
  static String ofLaunch(SpawnRequest request, String stage, Exit exit) {
    Path program = request.program();
    if (exit instanceof Exit.Code(int code)) {
      if (stage.equals("setpriv")) {
        return "the app cannot be started with its credentials because setpriv failed: see the"
            + " app's error log";
      } else if (code == 127) {
        return missing(program);
      }
      return isKnown(head(program)) ? notPermitted(request) : notAProgram(program);
    }
    return program + " cannot be started: " + stage + ", which starts it, terminated with " + exit;
  }

  /// Rejects a file that the kernel would not execute. The helper programs of
  /// [io.jpm.os.linux.credentials.UserLaunch] would run it with a shell, as `execvp(3)` does.
  ///
  /// @throws IOException with a message for the user
  static void checkKind(Path program) throws IOException {
    byte[] head;
    try {
      head = RegularFile.head(program, LONGEST_FIRST_LINE);
    } catch (IOException unreadable) {
      return; // The kernel determines whether it can be executed.
    }
    if (!isKnown(head) && !hasOtherKinds()) {
      throw new IOException(notAProgram(program));
    }
  }

  private static boolean isKnown(byte[] head) {
    return head.length > 3
        && ((head[0] == '#' && head[1] == '!')
            || (head[0] == 0x7F && head[1] == 'E' && head[2] == 'L' && head[3] == 'F'));
  }

  /// Reports whether other program formats are registered with the kernel (`binfmt_misc`).
  private static boolean hasOtherKinds() {
    String[] kinds = new File("/proc/sys/fs/binfmt_misc").list();
    return kinds != null
        && Arrays.stream(kinds).anyMatch(it -> !it.equals("register") && !it.equals("status"));
  }

  private static String missing(Path program) {
    if (!Files.exists(program)) {
      return program + " does not exist";
    }
    return interpreter(program)
        .map(name ->
            program
                + " names an interpreter in its #! line that does not exist: "
                + name
                + (name.endsWith("\\r") ? " (the file has Windows line endings)" : ""))
        .orElse(
            program + " cannot be started: the dynamic loader that it requires is not installed");
  }

  private static String notPermitted(Path program) {
    if (Files.isDirectory(program)) {
      return program + " is a directory, not a program";
    }
    if (Files.exists(program) && !Files.isRegularFile(program)) {
      return program + " is not a regular file, so it cannot be a program";
    }
    if (!Files.isExecutable(program)) {
      return Files.exists(program)
          ? program + " is not executable: run chmod +x on it, or set --interpreter"
          : program
              + " cannot be accessed: the daemon has no permission to enter a directory above it";
    }
    return interpreter(program)
        .map(name -> program + " cannot be started: its interpreter " + name + " is not executable")
        .orElse(program + " cannot be started: its file system is mounted with noexec");
  }

  private static String notPermitted(SpawnRequest request) {
    Path program = request.program();
    if (!Files.isExecutable(request.cwd())) {
      return folderSentence(request.cwd(), Errno.EACCES);
    }
    // The daemon runs as a different user, so its own access proves nothing unless even root is
    // denied.
    return request
        .runAs()
        .user()
        .filter(user -> Files.isExecutable(program) && !Files.isDirectory(program))
        .map(user ->
            program
                + " cannot be started: user "
                + user
                + " is not allowed to execute it, or to enter its directory or the working"
                + " directory "
                + request.cwd())
        .orElseGet(() -> notPermitted(program));
  }

  private static String notAProgram(Path program) {
    if (!Files.isRegularFile(program)) {
      return notPermitted(program);
    }
    byte[] head = head(program);
    if (head.length == 0) {
      return program + " cannot be started: the file is empty";
    }
    return head.length > 3 && head[0] == 0x7F && head[1] == 'E' && head[2] == 'L' && head[3] == 'F'
        ? program + " is a program for a different processor architecture"
        : program + " is not a program and has no #! line: add a #! line, or set --interpreter";
  }

  /// Returns the interpreter named in the `#!` line (`execve(2)`), with a carriage return shown as
  /// `\r`.
  private static Optional<String> interpreter(Path program) {
    String text = SurrogateEscape.fromBytes(head(program));
    if (!text.startsWith("#!")) {
      return Optional.empty();
    }
    String line = text.substring(2).lines().findFirst().orElse("");
    int newline = text.indexOf('\n');
    boolean windows = newline > 0 && text.charAt(newline - 1) == '\r';
    String name = line.strip().split("[ \t]", 2)[0];
    return Optional.of(windows && name.length() == line.strip().length() ? name + "\\r" : name);
  }

  private static byte[] head(Path program) {
    try {
      return RegularFile.head(program, LONGEST_FIRST_LINE);
    } catch (IOException unreadable) {
      return new byte[0];
    }
  }

  private static long kibibytes(SpawnRequest request) {
    long bytes = 0;
    for (String argument : request.argv()) {
      bytes += SurrogateEscape.toBytes(argument).length + 1L;
    }
    for (Map.Entry<String, String> entry : request.environment().entrySet()) {
      bytes += SurrogateEscape.toBytes(entry.getKey() + entry.getValue()).length + 2L;
    }
    return bytes / 1024;
  }
}
