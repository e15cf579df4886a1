package io.jpm.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Finds the commands for the agent among the lines of the channel, however long the other lines
/// are.
final class AgentCommandParser {
  /// Accept no more connections and finish the open ones.
  static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Accept client connections.
  static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Accept no client connections until [#ACCEPT].
  static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Report where the process itself is reached.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  /// Close the inherited sockets that no server has requested.
  static final String SETTLED = "{\"cmd\":\"NODE_JPM\",\"act\":\"settled\"}";

  /// More than the length of the longest command.
  private static final int CAPACITY = 64;

  private final Map<String, Runnable> actions;
  private final byte[] line = new byte[CAPACITY];

  /// How much of the current line is stored; bytes beyond [#CAPACITY] are dropped.
  private int length;

  /// @param actions the action for each command
  AgentCommandParser(Map<String, Runnable> actions) {
    this.actions = Map.copyOf(actions);
  }

  /// Processes more bytes of the channel.
  void read(byte[] bytes) {
    for (byte next : bytes) {
      if (next == '\n') {
        Runnable action =
            length < CAPACITY
                ? actions.get(new String(line, 0, length, StandardCharsets.ISO_8859_1))
                : null;
        length = 0;
        if (action != null) {
          action.run();
        }
      } else if (length < CAPACITY) {
        line[length++] = next;
      }
    }
  }
}
