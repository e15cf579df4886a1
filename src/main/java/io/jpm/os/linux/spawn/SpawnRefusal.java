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

/// Explains the error number of a failed spawn to the user. It looks at the file after the failure,
/// so it only explains the decision and never makes it.
final class SpawnRefusal {
  private static final int LONGEST_FIRST_LINE = 256;

  private SpawnRefusal() {}

  /// Rejects texts with a NUL byte, at which a C string would end.
  static void checkTexts(SpawnRequest request) throws IOException {
    for (int i = 0; i < request.argv().size(); i++) {
      if (request.argv().get(i).indexOf('\0') >= 0) {
        throw new IOException("argument " + i + " contains a NUL byte");
      }
    }
    for (Map.Entry<String, String> entry : request.environment().entrySet()) {
      String name = entry.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw new IOException("'" + name + "' cannot be the name of an environment variable");
      }
      if (entry.getValue().indexOf('\0') >= 0) {
        throw new IOException("the environment variable " + name + " contains a NUL byte");
      }
    }
  }

  static String folderSentence(Path cwd, int errno) {
    return switch (errno) {
      case Errno.ENOENT -> "the working directory " + cwd + " does not exist";
      case Errno.ENOTDIR -> "the working directory " + cwd + " is not a folder";
      case Errno.EACCES ->
          "the working directory " + cwd + " may not be entered: permission denied";
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
              + " KiB; a single one may have 128 KiB)";
      case Errno.EAGAIN ->
          program
              + " cannot be started: the limit on processes is reached (ulimit -u, pids cgroup)";
      case Errno.ENOMEM -> program + " cannot be started: the machine is out of memory";
      default -> program + " cannot be started: " + Errno.message(errno);
    };
  }

  /// Returns the reason why a child ended while it was still changing its user. The stages of
  /// [io.jpm.os.linux.credentials.UserLaunch] exit with 126 (not executable) or 127 (not found);
  /// any other code of `setpriv` means that credentials could not be changed. Their own messages
  /// are in the app's error log.
  static String ofLaunch(SpawnRequest request, String stage, Exit exit) {
    Path program = request.program();
    if (exit instanceof Exit.Code(int code)) {
      if (stage.equals("setpriv")) {
        return "the app cannot be started with its credentials: setpriv failed; its message is in"
            + " the app's error log";
      } else if (code == 127) {
        return missing(program);
      }
      return isKnown(head(program)) ? notPermitted(request) : notAProgram(program);
    }
    return program + " cannot be started: " + stage + ", which starts it, ended with " + exit;
  }

  /// Rejects a file that the kernel would not execute. The stages of
  /// [io.jpm.os.linux.credentials.UserLaunch] would pass it to a shell, as `execvp(3)` does.
  ///
  /// @throws IOException with a message for the user
  static void checkKind(Path program) throws IOException {
    boolean readable = Files.isRegularFile(program) && Files.isReadable(program);
    if (readable && !isKnown(head(program)) && !hasOtherKinds()) {
      throw new IOException(notAProgram(program));
    }
  }

  private static boolean isKnown(byte[] head) {
    return head.length > 3
        && ((head[0] == '#' && head[1] == '!')
            || (head[0] == 0x7F && head[1] == 'E' && head[2] == 'L' && head[3] == 'F'));
  }

  /// Reports whether other program formats are registered with the kernel, `binfmt_misc`.
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
                + (name.endsWith("\\r") ? " (the file has Windows line ends)" : ""))
        .orElse(program + " cannot be started: the loader it was linked for is not installed");
  }

  private static String notPermitted(Path program) {
    if (Files.isDirectory(program)) {
      return program + " is a folder, not a program";
    }
    if (Files.exists(program) && !Files.isRegularFile(program)) {
      return program + " is not a regular file, so it cannot be a program";
    }
    if (!Files.isExecutable(program)) {
      return Files.exists(program)
          ? program + " is not executable: chmod +x it or name an --interpreter"
          : program + " cannot be reached: a folder above it may not be entered";
    }
    return interpreter(program)
        .map(name -> program + " cannot be started: its interpreter " + name + " is not executable")
        .orElse(program + " cannot be started: its file system does not allow programs (noexec)");
  }

  private static String notPermitted(SpawnRequest request) {
    Path program = request.program();
    if (!Files.isExecutable(request.cwd())) {
      return folderSentence(request.cwd(), Errno.EACCES);
    }
    // The daemon is not that user: its own access says nothing, unless even root is denied.
    return request
        .runAs()
        .user()
        .filter(user -> Files.isExecutable(program) && !Files.isDirectory(program))
        .map(user ->
            program
                + " cannot be started: user "
                + user
                + " may not run it, or may not enter its folder or the working directory "
                + request.cwd())
        .orElseGet(() -> notPermitted(program));
  }

  private static String notAProgram(Path program) {
    if (!Files.isRegularFile(program)) {
      return notPermitted(program);
    }
    byte[] head = head(program);
    if (head.length == 0) {
      return program + " is empty";
    }
    return head.length > 3 && head[0] == 0x7F && head[1] == 'E' && head[2] == 'L' && head[3] == 'F'
        ? program + " is a program for another kind of machine"
        : program + " is not a program and has no #! line: name an --interpreter";
  }

  /// Returns the interpreter that the `#!` line names, `execve(2)`, with a carriage return shown as
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
