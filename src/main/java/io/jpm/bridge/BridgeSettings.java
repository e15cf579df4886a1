package io.jpm.bridge;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What the bridge listens on, whom it lets in and what a peer may cost. Made by the daemon from
/// its settings; every value is checked here, so that a bad one is a start-up error with a
/// sentence.
///
/// @param socket the unix socket, in a directory that only the owner may enter; at most 107 bytes,
///   the kernel's limit, see `unix(7)`
/// @param portFile where the TCP port is written for clients
/// @param host what the guard binds to: `localhost` or a loopback address
/// @param port the guard's port, 0 for any free one
/// @param token what a TCP peer has to present: 64 hexadecimal digits
/// @param authTimeout how long a TCP peer may take to present it
/// @param maxFrameBytes the longest frame that the owner may send, in bytes without the length; for
///   issued tokens that is [FrameRules#ISSUED]
/// @param slowPeerTimeout how long a TCP peer may leave its answers unread before it is cut off
/// @param maxConnections how many TCP connections at once
/// @param maxUnauthenticated how many of them that have not shown the token yet
/// @param limits what one peer may have
/// @param remote the door for services elsewhere; empty: there is none
/// @param inboundAddresses where clients may send and publish to
/// @param inboundRegexes the same by pattern; a pattern matches whole addresses only
/// @param outboundAddresses what clients may subscribe to
/// @param outboundRegexes the same by pattern; a pattern matches whole addresses only
public record BridgeSettings(
    Path socket,
    Path portFile,
    String host,
    int port,
    String token,
    Duration authTimeout,
    int maxFrameBytes,
    Duration slowPeerTimeout,
    int maxConnections,
    int maxUnauthenticated,
    Limits limits,
    Optional<RemoteSettings> remote,
    List<String> inboundAddresses,
    List<String> inboundRegexes,
    List<String> outboundAddresses,
    List<String> outboundRegexes) {
  /// What one peer may have.
  ///
  /// @param maxSubscriptions subscriptions of one connection, 1 or more
  /// @param requestsPerSecond requests of one issued token, 1 or more
  public record Limits(int maxSubscriptions, int requestsPerSecond) {
    /// Unless told otherwise.
    public static final Limits DEFAULT = new Limits(1000, 200);

    public Limits {
      require(maxSubscriptions >= 1, "maxSubscriptions: " + maxSubscriptions + " — use 1 or more");
      require(
          requestsPerSecond >= 1, "requestsPerSecond: " + requestsPerSecond + " — use 1 or more");
    }
  }

  /// How long a TCP peer may take to present the token unless told otherwise.
  public static final Duration DEFAULT_AUTH_TIMEOUT = Duration.ofSeconds(2);

  /// The longest frame of the owner unless told otherwise: 8 MiB.
  public static final int DEFAULT_MAX_FRAME_BYTES = 8 << 20;

  /// How long a TCP peer may leave its answers unread unless told otherwise.
  public static final Duration DEFAULT_SLOW_PEER_TIMEOUT = Duration.ofSeconds(30);

  /// How many TCP connections at once unless told otherwise.
  public static final int DEFAULT_MAX_CONNECTIONS = 1024;

  /// How many unauthenticated TCP connections at once unless told otherwise.
  public static final int DEFAULT_MAX_UNAUTHENTICATED = 64;

  private static final int MAX_SOCKET_PATH_BYTES = 107;
  private static final Pattern TOKEN = Pattern.compile("[0-9a-fA-F]{64}");

  /// Checks every value.
  ///
  /// @throws IllegalArgumentException naming the value and what would be right
  public BridgeSettings {
    requireShort(socket);
    requireLoopback(host);
    require(port >= 0 && port <= 65535, "port: " + port + " — use 0 (any free one) to 65535");
    require(TOKEN.matcher(token).matches(), "token: use 64 hexadecimal digits");
    requirePositive("authTimeout", authTimeout);
    requirePositive("slowPeerTimeout", slowPeerTimeout);
    require(maxFrameBytes >= 1, "maxFrameBytes: " + maxFrameBytes + " — use 1 or more");
    require(maxConnections >= 1, "maxConnections: " + maxConnections + " — use 1 or more");
    require(
        maxUnauthenticated >= 1, "maxUnauthenticated: " + maxUnauthenticated + " — use 1 or more");
    inboundAddresses = List.copyOf(inboundAddresses);
    inboundRegexes = List.copyOf(inboundRegexes);
    outboundAddresses = List.copyOf(outboundAddresses);
    outboundRegexes = List.copyOf(outboundRegexes);
    requireNarrow("inbound", inboundAddresses, inboundRegexes);
    requireNarrow("outbound", outboundAddresses, outboundRegexes);
  }

  /// Whether clients may subscribe to this address.
  boolean maySubscribe(String address) {
    return outboundAddresses.contains(address)
        || outboundRegexes.stream().anyMatch(regex -> Pattern.matches(regex, address));
  }

  /// Everything but the token.
  @Override
  public String toString() {
    return "BridgeSettings[socket=" + socket + ", host=" + host + ", port=" + port + ", token=…]";
  }

  private static void requireShort(Path socket) {
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    require(
        bytes <= MAX_SOCKET_PATH_BYTES,
        "socket: "
            + socket
            + " has "
            + bytes
            + " bytes, a unix socket's path at most "
            + MAX_SOCKET_PATH_BYTES
            + " — use a home with a shorter path");
  }

  private static void requireLoopback(String host) {
    require(
        isLoopback(host),
        "host: \""
            + host
            + "\" — use 127.0.0.1, ::1 or localhost; listening beyond this machine needs TLS, which"
            + " bridge.remote does");
  }

  /// Takes literals only: a name could mean another address when the socket is bound.
  private static boolean isLoopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  private static void requirePositive(String name, Duration value) {
    require(value.toMillis() > 0, name + ": " + value + " — use 1 ms or more");
  }

  /// A permission without an address would let everything through the stock bridge, and so would a
  /// pattern that matches anything.
  private static void requireNarrow(String name, List<String> addresses, List<String> regexes) {
    require(
        !addresses.isEmpty() || !regexes.isEmpty(), name + ": name at least one address or regex");
    for (String address : addresses) {
      require(!address.isBlank(), name + ": an empty address — name the address");
    }
    for (String regex : regexes) {
      require(
          !compiled(name, regex).matcher("").matches(), name + ": \"" + regex + "\" is too wide");
    }
  }

  private static Pattern compiled(String name, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          name + ": \"" + regex + "\" is not a regex: " + broken.getDescription(), broken);
    }
  }

  private static void require(boolean right, String sentence) {
    if (!right) {
      throw new IllegalArgumentException("bridge " + sentence);
    }
  }
}
