package io.jpm.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Recognizes the commands for the agent in the data that the process receives over the IPC
/// channel. Skips all other lines, whatever their length.
final class AgentCommandParser {
  /// The command to stop accepting connections and to finish the open ones.
  static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// The command to start accepting client connections.
  static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// The command to stop accepting client connections until [#ACCEPT].
  static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// The command to report the private addresses, at which only this process answers.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  /// The command to close the inherited sockets that no server uses.
  static final String SETTLED = "{\"cmd\":\"NODE_JPM\",\"act\":\"settled\"}";

  /// The size of the line buffer, which exceeds the length of the longest command.
  private static final int CAPACITY = 64;

  private final Map<String, Runnable> actions;
  private final byte[] line = new byte[CAPACITY];

  /// The number of stored bytes of the current line; bytes beyond [#CAPACITY] are dropped.
  private int length;

  /// Creates a parser.
  ///
  /// @param actions the action to run for each command
  AgentCommandParser(Map<String, Runnable> actions) {
    this.actions = Map.copyOf(actions);
  }

  /// Parses bytes that were read from the channel, and runs the action of each command that is
  /// complete.
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
