package io.jpm.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.StackWalker.StackFrame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/// A program, a right or a kernel feature that tests need and that not every machine has. [Needs]
/// declares it for a test or class; [#assume] checks it inside a test. Programs that git, Maven,
/// bash and the base system of a distribution bring are not listed.
///
/// A test whose need is missing is skipped with one sentence, and the build appends a line with the
/// need, a tab and the test to the file of `-Djpm.not.tested`. `bin/verify --summary` reads that
/// file and knows the packages. With `-Djpm.test.require=all` the test fails with the same sentence
/// instead, except for needs that cannot be installed.
public enum Need {
  CHROMIUM("chromium", "/usr/bin"),
  FISH("fish"),
  GROFF("groff"),
  NODE("node"),
  NPM("npm"),
  PS("ps"),
  PYTHON("python3"),
  SCRIPT("script"),
  SYSTEMD("systemd-analyze"),
  TMUX("tmux"),
  ZSH("zsh"),

  /// Installed where other users can run it too.
  NODE_FOR_ALL("node", "/usr/bin"),
  PYTHON_FOR_ALL("python3", "/usr/bin"),

  LIBSECCOMP("libseccomp", "libseccomp.so.2 not found", true, Need::hasLibseccomp),
  SECOND_JDK(
      "second-jdk",
      "no second JDK from 17 on in /usr/lib/jvm",
      true,
      () -> !Jvm.others().isEmpty()),
  ROOT("root", "the tests run as another user", true, Need::isRoot),

  /// Not every container grants this right, even to root.
  MOUNT("the right to mount", "mount(8) is refused", false, () -> Mount.WORKS);

  private static final String REQUIRE = "jpm.test.require";
  private static final String FILE = "jpm.not.tested";

  private final String words;
  private final String why;
  private final boolean installable;

  @SuppressWarnings("ImmutableEnumChecker") // they have no state
  private final BooleanSupplier here;

  /// A program by its name.
  Need(String program) {
    this(program, "not found on PATH", true, () -> isIn(path(), program));
  }

  /// A program in this folder.
  Need(String program, String folder) {
    this(program + " in " + folder, "not found", true, () -> isIn(folder, program));
  }

  /// @param words the need in words; the first is a name that `bin/verify` knows
  /// @param why the reason for which it counts as missing
  /// @param installable whether a test fails without it when all needs are required
  Need(String words, String why, boolean installable, BooleanSupplier here) {
    this.words = words;
    this.why = why;
    this.installable = installable;
    this.here = here;
  }

  /// Skips the running test unless all of these needs are met.
  ///
  /// @throws TestAbortedException if one is missing
  public static void assume(Need... needs) {
    List<Need> missing = missing(needs);
    if (!missing.isEmpty()) {
      throw new TestAbortedException(refusal(missing, List.of(runningTest())));
    }
  }

  /// Skips the running test on a machine of another kind. This is never a failure, since no
  /// installation can change it.
  ///
  /// @param here whether the machine is of the kind
  /// @param what the kind, such as `Linux 6.15`
  /// @throws TestAbortedException if it is not
  public static void assume(boolean here, String what) {
    if (!here) {
      recordSkippedTests(what, List.of(runningTest()));
      throw new TestAbortedException("needs " + what);
    }
  }

  static List<Need> missing(Need... needs) {
    return Stream.of(needs).filter(need -> !need.here.getAsBoolean()).toList();
  }

  /// Records that tests are skipped because these needs are missing.
  ///
  /// @return the reason, as a sentence
  static String refusal(List<Need> missing, List<String> tests) {
    String sentence =
        missing.stream()
            .map(need -> "needs " + need.words + ": " + need.why)
            .collect(Collectors.joining("; "));
    boolean required = "all".equals(System.getProperty(REQUIRE));
    if (required && missing.stream().anyMatch(need -> need.installable)) {
      throw new AssertionError(sentence);
    }
    missing.forEach(need -> recordSkippedTests(need.words, tests));
    return sentence;
  }

  /// Appends all lines in one write, since several processes append to the file.
  private static void recordSkippedTests(String words, List<String> tests) {
    Path file = Path.of(System.getProperty(FILE, "target/not-tested.txt"));
    String lines =
        tests.stream().map(test -> words + "\t" + test + "\n").collect(Collectors.joining());
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String test(String type, String method) {
    return type.substring(type.lastIndexOf('.') + 1) + "." + method;
  }

  private static String runningTest() {
    return StackWalker.getInstance().walk(Need::outermost);
  }

  /// The outermost method of this project on the stack.
  private static String outermost(Stream<StackFrame> frames) {
    return frames
        .filter(frame -> frame.getClassName().startsWith("io.jpm."))
        .reduce((_, outer) -> outer)
        .map(frame -> test(frame.getClassName(), frame.getMethodName()))
        .orElse("");
  }

  private static String path() {
    return System.getenv().getOrDefault("PATH", "");
  }

  private static boolean isIn(String folders, String program) {
    return find(folders, program).isPresent();
  }

  /// The program of this name on PATH.
  public static Path program(String name) {
    return find(path(), name).orElseThrow();
  }

  private static Optional<Path> find(String folders, String program) {
    return Stream.of(folders.split(":", -1))
        .map(folder -> Path.of(folder, program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static boolean hasLibseccomp() {
    return Stream.of("", "64", "/x86_64-linux-gnu", "/aarch64-linux-gnu")
        .anyMatch(folder -> Files.exists(Path.of("/usr/lib" + folder, "libseccomp.so.2")));
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Mounts once to find out.
  private static final class Mount {
    static final boolean WORKS = works();

    private static boolean works() {
      try {
        Path place = Files.createTempDirectory("jpm-mount");
        try {
          String line = "mount -t tmpfs tmpfs '%s' && umount '%s'".formatted(place, place);
          return new ProcessBuilder("sh", "-c", line)
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
        } finally {
          Files.delete(place);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
