package io.jpm.model;

import java.util.Arrays;
import java.util.Optional;

/// Selects the instance that receives the next connection (`strategy` in a process file).
public enum Strategy {
  /// The instance that accepts the connection first; all instances wait on one socket. For
  /// [BalancingMode#NODE], [BalancingMode#JVM] and [BalancingMode#LISTEN_FDS].
  KERNEL("kernel"),
  /// Each instance in turn. For [BalancingMode#PROXY], and for [BalancingMode#NODE], where the
  /// daemon then accepts the connections, as PM2 does.
  ROUND_ROBIN("round_robin"),
  /// The instance with the fewest open connections. For [BalancingMode#PROXY].
  LEAST_CONN("least_conn"),
  /// The same instance for each client address, as long as it is ready. For [BalancingMode#PROXY].
  IP_HASH("ip_hash");

  private final String word;

  Strategy(String word) {
    this.word = word;
  }

  /// Returns the spelling in process files.
  public String keyword() {
    return word;
  }

  /// Returns the strategy for `word`, the spelling in process files; empty if there is none.
  public static Optional<Strategy> ofKeyword(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
