package io.jpm.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Looks for lines that are meant for the agent among those that come over the channel, however
/// long the others are.
final class Orders {
  /// Take no more connections, and finish those that there are.
  static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Take connections of clients.
  static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Take none until it is said again.
  static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Say where the process itself is reached.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  /// Close the inherited sockets that no server has asked for.
  static final String SETTLED = "{\"cmd\":\"NODE_JPM\",\"act\":\"settled\"}";

  /// More than the longest of them has.
  private static final int ROOM = 64;

  private final Map<String, Runnable> actions;
  private final byte[] line = new byte[ROOM];

  /// How much of the line has come; what is beyond the room is not kept.
  private int length;

  /// @param actions what is done each time a line comes
  Orders(Map<String, Runnable> actions) {
    this.actions = Map.copyOf(actions);
  }

  /// More bytes have come.
  void read(byte[] bytes) {
    for (byte next : bytes) {
      if (next == '\n') {
        Runnable action =
            length < ROOM
                ? actions.get(new String(line, 0, length, StandardCharsets.ISO_8859_1))
                : null;
        length = 0;
        if (action != null) {
          action.run();
        }
      } else if (length < ROOM) {
        line[length++] = next;
      }
    }
  }
}
