package io.jpm.model;

import java.util.Arrays;
import java.util.Optional;

/// The strategy that selects the instance for the next connection (`strategy` in a process file).
public enum Strategy {
  /// The instance that accepts the connection first: all instances wait on the same socket.
  /// Available for [BalancingMode#NODE], [BalancingMode#JVM] and [BalancingMode#LISTEN_FDS].
  KERNEL("kernel"),
  /// Each instance in turn. Available for [BalancingMode#PROXY] and [BalancingMode#NODE]; for the
  /// latter, the daemon accepts the connections, as in PM2.
  ROUND_ROBIN("round_robin"),
  /// The instance with the fewest open connections. Available for [BalancingMode#PROXY].
  LEAST_CONN("least_conn"),
  /// The same instance for each client address, as long as it is ready. Available for
  /// [BalancingMode#PROXY].
  IP_HASH("ip_hash");

  private final String word;

  Strategy(String word) {
    this.word = word;
  }

  /// Returns the keyword for this strategy in process files.
  public String keyword() {
    return word;
  }

  /// Returns the strategy for `word`, the spelling in process files; empty if there is none.
  public static Optional<Strategy> ofKeyword(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
