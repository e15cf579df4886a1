package io.jpm.client;

import io.jpm.testing.FileModes;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The real `bin/jpm` in its own directory, with its own home and environment.
final class Installation {
  /// Which of the two clients the script uses.
  enum Client {
    BASH,
    JAVA
  }

  /// The result of a command.
  record Result(int code, String out, String err) {}

  final Path root;
  final Path home;
  final Map<String, String> env = new LinkedHashMap<>();

  private final Path scratch;
  private int runs;

  Installation(Path directory, Client client) throws IOException {
    root = Files.createDirectories(directory.resolve("the root"));
    home = directory.resolve("the home");
    scratch = Files.createDirectories(directory.resolve("scratch"));
    copyScript();
    env.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    env.put("HOME", Files.createDirectories(directory.resolve("user")).toString());
    env.put("TMPDIR", Files.createDirectories(directory.resolve("tmp")).toString());
    env.put("JPM_HOME", home.toString());
    env.put("JPM_JAVA", System.getProperty("java.home"));
    env.put("JPM_AOT", "ignore");
    if (client == Client.JAVA) {
      env.put("JPM_CLIENT", "java");
    }
  }

  Path script() {
    return root.resolve("bin/jpm");
  }

  Path jar() {
    return root.resolve("lib/jpm.jar");
  }

  /// Creates a jar with the classes of the client where an installation has its jar.
  Installation withJar() throws IOException {
    Files.createDirectories(jar().getParent());
    Path classes = Path.of("target/classes");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar()));
        Stream<Path> files = Files.walk(classes.resolve("io/jpm/client"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
    FileModes.onlyOwnerWrites(root);
    return this;
  }

  /// Runs the script. Each character of an argument is one byte.
  Result run(String... args) throws IOException, InterruptedException {
    return end(start(args));
  }

  /// Runs a shell line in which `jpm` is the script.
  Result shell(String line) throws IOException, InterruptedException {
    return end(
        launch(
            "jpm() { %s \"$@\"; }\n%s\n"
                .formatted(shellQuote(List.of(script().toString())), line)));
  }

  /// A running command.
  record Running(Process process, Path out, Path err) {}

  Running start(String... args) throws IOException {
    // A build in the background of a shell ignores SIGINT, and its children would inherit this.
    List<String> words = new ArrayList<>(List.of("exec", "env", "--default-signal=INT", "-i"));
    List<String> quoted = new ArrayList<>();
    env.forEach((name, value) -> quoted.add(name + "=" + value));
    quoted.add(script().toString());
    quoted.addAll(List.of(args));
    words.add(shellQuote(quoted));
    return launch(String.join(" ", words));
  }

  Result end(Running running) throws IOException, InterruptedException {
    if (!running.process().waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)) {
      running.process().destroyForcibly();
      throw new AssertionError("the command did not end");
    }
    return new Result(
        running.process().exitValue(),
        Files.readString(running.out(), StandardCharsets.ISO_8859_1),
        Files.readString(running.err(), StandardCharsets.UTF_8));
  }

  private Running launch(String line) throws IOException {
    int run = ++runs;
    Path file = Files.writeString(scratch.resolve(run + ".sh"), line, StandardCharsets.US_ASCII);
    Path out = scratch.resolve(run + ".out");
    Path err = scratch.resolve(run + ".err");
    ProcessBuilder builder =
        new ProcessBuilder("bash", file.toString())
            .directory(scratch.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(env);
    return new Running(builder.start(), out, err);
  }

  /// Quotes words for the shell in ASCII, whatever bytes they contain.
  static String shellQuote(List<String> words) {
    return words.stream()
        .map(word ->
            word.chars()
                .mapToObj(c ->
                    (Character.isLetterOrDigit(c) && c < 128) || "/._-=".indexOf(c) >= 0
                        ? String.valueOf((char) c)
                        : "\\%03o".formatted(c))
                .collect(Collectors.joining("", "$'", "'")))
        .collect(Collectors.joining(" "));
  }

  private void copyScript() throws IOException {
    Files.createDirectories(script().getParent());
    Files.copy(Path.of("bin/jpm"), script(), StandardCopyOption.REPLACE_EXISTING);
    for (String part :
        List.of(
            "jpm-launcher",
            "jpm-startup",
            "jpm-deploy",
            "jpm-attach",
            "jpm-monit",
            "jpm-runtime")) {
      Files.copy(
          Path.of("bin", part), script().resolveSibling(part), StandardCopyOption.REPLACE_EXISTING);
    }
    makeExecutable(script());
    FileModes.onlyOwnerWrites(root);
  }

  static void makeExecutable(Path file) {
    if (!file.toFile().setExecutable(true)) {
      throw new UncheckedIOException(new IOException("cannot make executable: " + file));
    }
  }

  /// Writes an executable script.
  static Path program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    makeExecutable(file);
    return file;
  }
}
