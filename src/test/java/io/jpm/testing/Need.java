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

/// What tests need and not every machine has. Most say so by [Needs]; where it depends on more than
/// the test, [#assume] does. What git, Maven, bash and the base system of a distribution bring is
/// not here.
///
/// Where it is missing the test is skipped with one sentence, and a line of the need, a tab and the
/// test goes to the file that `-Djpm.not.tested` names. `bin/verify --summary` reads that file and
/// knows the packages. With `-Djpm.test.require=all` it is a failure with the same sentence, except
/// for what no setup of a machine can bring.
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

  /// Also for other users than the one who runs the tests.
  NODE_FOR_ALL("node", "/usr/bin"),
  PYTHON_FOR_ALL("python3", "/usr/bin"),

  LIBSECCOMP("libseccomp", "there is no libseccomp.so.2", true, Need::hasLibseccomp),
  SECOND_JDK(
      "second-jdk",
      "there is no other from 17 on in /usr/lib/jvm",
      true,
      () -> !Jvm.others().isEmpty()),
  ROOT("root", "it runs as another user", true, Need::isRoot),

  /// Root has it, but not in each container.
  MOUNT("the right to mount", "mount(8) is refused", false, () -> Mount.WORKS);

  private static final String REQUIRE = "jpm.test.require";
  private static final String FILE = "jpm.not.tested";

  private final String words;
  private final String why;
  private final boolean installable;

  @SuppressWarnings("ImmutableEnumChecker") // none of them keeps anything
  private final BooleanSupplier here;

  /// A program by its name.
  Need(String program) {
    this(program, "not found on PATH", true, () -> isIn(path(), program));
  }

  /// A program in this folder.
  Need(String program, String folder) {
    this(program + " in " + folder, "not found", true, () -> isIn(folder, program));
  }

  /// @param words of which the first is a name that `bin/verify` knows
  /// @param why it is missing
  /// @param installable whether it is a failure where all are required
  Need(String words, String why, boolean installable, BooleanSupplier here) {
    this.words = words;
    this.why = why;
    this.installable = installable;
    this.here = here;
  }

  /// Goes on only where all of these are here.
  ///
  /// @throws TestAbortedException where one is missing
  public static void assume(Need... needs) {
    List<Need> missing = missing(needs);
    if (!missing.isEmpty()) {
      throw new TestAbortedException(refusal(missing, List.of(runningTest())));
    }
  }

  /// Goes on only on such a machine, which no setup can make of another one: so it is no failure
  /// where all is required.
  ///
  /// @param what is needed, such as `Linux 6.15`
  /// @throws TestAbortedException on another machine
  public static void assume(boolean here, String what) {
    if (!here) {
      note(what, List.of(runningTest()));
      throw new TestAbortedException("needs " + what);
    }
  }

  static List<Need> missing(Need... needs) {
    return Stream.of(needs).filter(need -> !need.here.getAsBoolean()).toList();
  }

  /// Notes that tests are skipped for want of these.
  ///
  /// @return why, in a sentence
  static String refusal(List<Need> missing, List<String> tests) {
    String sentence =
        missing.stream()
            .map(need -> "needs " + need.words + ": " + need.why)
            .collect(Collectors.joining("; "));
    boolean required = "all".equals(System.getProperty(REQUIRE));
    if (required && missing.stream().anyMatch(need -> need.installable)) {
      throw new AssertionError(sentence);
    }
    missing.forEach(need -> note(need.words, tests));
    return sentence;
  }

  /// One write for all, since several processes append.
  private static void note(String words, List<String> tests) {
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

  /// Of our methods that run in this thread.
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

  /// Looked for once, by a mount.
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
