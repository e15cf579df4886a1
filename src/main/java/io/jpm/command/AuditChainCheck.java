package io.jpm.command;

import io.jpm.bus.access.AuditReply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Verifies the hash chain of an [AuditFile]. Every line with a hash must be linked to the line
/// before it, within each file and across files, and the last line must have the hash that is
/// stored in `audit.log.head`. Lines without a hash at the beginning were written before the chain
/// was introduced; later lines without a hash break the chain. Files that rotation has deleted do
/// not count as missing. Blocking. An instance can verify only one chain.
final class AuditChainCheck {
  private long lines;
  private long older;
  private long number;

  /// The hash of the previous line; null before the first line.
  private @Nullable String hash;

  private AuditChainCheck() {}

  /// Verifies the hash chain of `file`, including its rotated predecessors.
  ///
  /// @throws IOException if a file cannot be read
  static AuditReply of(AuditFile file) throws IOException {
    AuditFile.Head head = file.head();
    var check = new AuditChainCheck();
    Optional<String> broken = Optional.empty();
    List<Path> files = file.all();
    for (Path part : files) {
      broken = check.read(part);
      if (broken.isPresent()) {
        break;
      }
    }
    if (broken.isEmpty() && check.number > 0 && !head.hash().equals(check.hash)) {
      broken =
          Optional.of(
              "%s: the last line (n %d) differs from the last line that jpm wrote (n %d)"
                  .formatted(files.getLast(), check.number, head.number()));
    }
    return new AuditReply(check.lines, check.older, broken);
  }

  /// Returns `file` and its rotated predecessors, oldest first.
  static List<Path> files(Path file) throws IOException {
    Pattern name =
        Pattern.compile(Pattern.quote(String.valueOf(file.getFileName())) + "(?:\\.([0-9]{1,6}))?");
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return List.of();
    }
    record Part(Path path, int number) {}
    try (Stream<Path> all = Files.list(folder)) {
      return all.flatMap(
              path -> {
                Matcher matcher = name.matcher(String.valueOf(path.getFileName()));
                return matcher.matches()
                    ? Stream.of(
                        new Part(
                            path,
                            matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1))))
                    : Stream.empty();
              })
          .sorted(Comparator.comparingInt(Part::number).reversed())
          .map(Part::path)
          .toList();
    }
  }

  private Optional<String> read(Path file) throws IOException {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), StandardCharsets.UTF_8))) {
      int count = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        count++;
        Optional<String> wrong = verify(line);
        if (wrong.isPresent()) {
          return Optional.of("%s:%d: %s".formatted(file, count, wrong.get()));
        }
      }
      return Optional.empty();
    }
  }

  /// Verifies the next line of the chain.
  ///
  /// @return why the chain breaks at this line; empty if it does not
  private Optional<String> verify(String text) {
    Optional<AuditLine> read = AuditLine.read(text);
    if (read.isEmpty()) {
      if (hash != null) {
        return Optional.of("this line has no hash");
      }
      older++;
      return Optional.empty();
    }
    AuditLine line = read.get();
    Optional<String> gap = line.gap();
    if (gap.isPresent()) {
      return gap;
    }
    String before = hash == null ? line.before() : hash;
    if (before == null || (line.before() != null && !before.equals(line.before()))) {
      return Optional.of("lines before this one are missing");
    }
    if (hash != null ? line.number() != number + 1 : older > 0 && line.number() != 1) {
      return Optional.of("lines before this one are missing: its n is " + line.number());
    }
    if (!AuditLine.hasValidHash(text, before)) {
      return Optional.of("this line or the one before it was changed");
    }
    hash = line.hash();
    number = line.number();
    lines++;
    return Optional.empty();
  }
}
