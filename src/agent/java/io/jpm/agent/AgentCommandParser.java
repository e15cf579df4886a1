package io.jpm.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Finds the commands for the agent among the lines of the IPC channel, however long other lines
/// are.
final class AgentCommandParser {
  /// Tells the process to accept no more connections and to finish the open ones.
  static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Tells the process to accept client connections.
  static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Tells the process to accept no client connections until [#ACCEPT].
  static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Tells the process to report the addresses at which only this process answers.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  /// Tells the process to close the inherited sockets that no server has requested.
  static final String SETTLED = "{\"cmd\":\"NODE_JPM\",\"act\":\"settled\"}";

  /// The size of the line buffer, which exceeds the length of the longest command.
  private static final int CAPACITY = 64;

  private final Map<String, Runnable> actions;
  private final byte[] line = new byte[CAPACITY];

  /// The number of stored bytes of the current line; bytes beyond [#CAPACITY] are dropped.
  private int length;

  /// @param actions the actions, by command
  AgentCommandParser(Map<String, Runnable> actions) {
    this.actions = Map.copyOf(actions);
  }

  /// Reads more bytes from the channel, and runs the actions of the commands that they complete.
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
