package io.jpm.balancer.jvm;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The balancer state of a Java process, which the journal keeps for the next daemon. It is not
/// read from the process, because a process can change what it exposes, such as its environment.
///
/// @param probed whether the servers of the process have private sockets for probes
/// @param given the inodes of the sockets with which the process was started, in the order of their
///   keys; empty if they are not known because an older version of jpm started the process
record JvmBalancerState(boolean probed, Optional<List<Long>> given) {
  private static final String PROBED = "probed";
  private static final String SOCKETS = "sockets=";

  JvmBalancerState {
    given = given.map(List::copyOf);
  }

  /// Parses the result of [#text].
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

  /// Returns the text for the journal.
  String text() {
    Stream<String> sockets =
        given.stream()
            .map(all -> all.stream().map(Object::toString).collect(Collectors.joining(",")))
            .map(SOCKETS::concat);
    return Stream.concat(probed ? Stream.of(PROBED) : Stream.of(), sockets)
        .collect(Collectors.joining(" "));
  }
}
