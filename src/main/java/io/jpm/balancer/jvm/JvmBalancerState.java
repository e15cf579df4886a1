package io.jpm.balancer.jvm;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the next daemon is to know of a process. It comes from the journal: what the process shows
/// itself, such as its environment, it can change.
///
/// @param probed whether its servers have sockets of their own for probes
/// @param given the kernel's numbers of the sockets that it was made with, in the order of their
///   keys; empty: not known, an older version has made it
record JvmBalancerState(boolean probed, Optional<List<Long>> given) {
  private static final String PROBED = "probed";
  private static final String SOCKETS = "sockets=";

  JvmBalancerState {
    given = given.map(List::copyOf);
  }

  /// Reads [#text].
  static JvmBalancerState of(String text) {
    List<String> words = List.of(text.split(" ", -1));
    return new JvmBalancerState(
        words.contains(PROBED),
        words.stream()
            .filter(word -> word.startsWith(SOCKETS))
            .map(word -> numbers(word.substring(SOCKETS.length())))
            .findFirst());
  }

  private static List<Long> numbers(String text) {
    return Stream.of(text.split(",", -1))
        .filter(number -> number.matches("[0-9]{1,18}"))
        .map(Long::valueOf)
        .toList();
  }

  /// As the journal has it.
  String text() {
    Stream<String> sockets =
        given.stream()
            .map(all -> all.stream().map(Object::toString).collect(Collectors.joining(",")))
            .map(SOCKETS::concat);
    return Stream.concat(probed ? Stream.of(PROBED) : Stream.of(), sockets)
        .collect(Collectors.joining(" "));
  }
}
