package io.jpm.balancer.jvm;

import io.jpm.model.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Which sockets a process was made with, as its environment says. Methods may block.
///
/// @param proc the folder of processes, `/proc`
record Given(Path proc) {
  private static final String VARIABLE = AppSockets.INODES + "=";

  /// The kernel's numbers of them, in the order of their keys; empty when the process does not show
  /// that.
  Optional<List<Long>> to(ProcessIdentity process) {
    Path environ = proc.resolve(process.pid() + "/environ");
    try {
      String all = Files.readString(environ, StandardCharsets.ISO_8859_1);
      return Stream.of(all.split("\0"))
          .filter(entry -> entry.startsWith(VARIABLE))
          .map(entry -> numbers(entry.substring(VARIABLE.length())))
          .findFirst();
    } catch (IOException hidden) {
      return Optional.empty();
    }
  }

  private static List<Long> numbers(String text) {
    return Stream.of(text.split(","))
        .filter(number -> number.matches("[0-9]{1,18}"))
        .map(Long::valueOf)
        .toList();
  }
}
