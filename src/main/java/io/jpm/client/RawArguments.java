package io.jpm.client;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the arguments and the environment of this process as byte strings. The JVM decodes them
/// according to the locale before any Java code runs, and loses bytes that are not valid text. On
/// Linux, the original bytes are read from `/proc/self` (proc(5)). On other systems, the decoded
/// text is encoded again with the same charset, and bytes that could not be decoded become `?`.
final class RawArguments {
  private static final Charset PLATFORM =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  private RawArguments() {}

  static List<String> argv(String[] decoded) {
    return records(Path.of("/proc/self/cmdline"))
        .filter(all -> all.size() > decoded.length) // the launcher's own options come first
        .map(all -> all.subList(all.size() - decoded.length, all.size()))
        .orElseGet(() -> List.of(decoded).stream().map(RawArguments::encode).toList());
  }

  static List<String> env(Map<String, String> decoded) {
    return records(Path.of("/proc/self/environ"))
        .orElseGet(() ->
            decoded.entrySet().stream()
                .map(entry -> encode(entry.getKey() + "=" + entry.getValue()))
                .toList());
  }

  /// Returns `PWD`, the path that the caller's shell uses, if it denotes the directory `physical`;
  /// otherwise returns `physical`.
  static String cwd(List<String> env, String physical) {
    String name = "PWD=";
    return env.stream()
        .filter(entry -> entry.startsWith(name + "/"))
        .map(entry -> entry.substring(name.length()))
        .filter(logical -> isSameDirectory(decode(logical), physical))
        .findFirst()
        .orElseGet(() -> encode(physical));
  }

  static String encode(String decoded) {
    return new String(decoded.getBytes(PLATFORM), StandardCharsets.ISO_8859_1);
  }

  private static String decode(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), PLATFORM);
  }

  private static boolean isSameDirectory(String one, String other) {
    try {
      return Files.isSameFile(Path.of(one), Path.of(other));
    } catch (IOException | IllegalArgumentException _) {
      return false;
    }
  }

  /// Splits a file of NUL-terminated records.
  private static Optional<List<String>> records(Path file) {
    String content;
    try {
      content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return Optional.empty();
    }
    List<String> records = new ArrayList<>();
    for (int start = 0, end; (end = content.indexOf('\0', start)) >= 0; start = end + 1) {
      records.add(content.substring(start, end));
    }
    return Optional.of(records);
  }
}
