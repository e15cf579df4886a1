package io.jpm.balancer.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.testing.CpuTimeBound;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Fuzzes [NodeMessage#read]. An app can write anything to its IPC channel: the text is either a
/// valid message or ignored. A message that is rebuilt from its fields parses to an equal message.
class NodeMessagesFuzz {
  @FuzzTest
  void messages(byte[] data) {
    String json = new String(data, StandardCharsets.UTF_8);
    Optional<NodeMessage> read =
        CpuTimeBound.proportionalTo(data.length, () -> NodeMessage.read(json));
    read.ifPresent(message -> check(message, json.length()));
  }

  private static void check(NodeMessage message, int length) {
    switch (message) {
      case NodeMessage.Query query -> {
        checkTarget(query.target(), length);
        query.umask().ifPresent(umask -> assertThat(umask).isBetween(0, 0777));
        JsonObject fields =
            act("queryServer", query.target())
                .put("seq", query.seq())
                .put("index", query.index())
                .put("backlog", query.backlog());
        query.data().ifPresent(value -> fields.put("data", value));
        query.umask().ifPresent(umask -> fields.put("umask", umask));
        checkRoundTrip(query, fields);
      }
      case NodeMessage.Listening listens -> {
        checkTarget(listens.target(), length);
        checkRoundTrip(listens, act("listening", listens.target()));
      }
      case NodeMessage.Closed closed ->
          checkRoundTrip(closed, act("close").put("key", closed.key()));
      case NodeMessage.ExitedAfterDisconnect leaves ->
          checkRoundTrip(leaves, act("exitedAfterDisconnect").put("seq", leaves.seq()));
      case NodeMessage.ConnectionAck connectionAck ->
          checkRoundTrip(
              connectionAck,
              act("").put("ack", connectionAck.ack()).put("accepted", connectionAck.accepted()));
      case NodeMessage.Drained drained ->
          checkRoundTrip(drained, act("drained").put("cmd", "NODE_JPM"));
      case NodeMessage.Servers servers -> {
        assertThat(servers.servers().size() + servers.paths().size() + servers.unanswered().size())
            .isLessThan(length);
        assertThat(servers.servers()).noneMatch(server -> server.address().isUnresolved());
        for (NodeMessage unanswered : servers.unanswered()) {
          check(unanswered, length);
        }
      }
    }
  }

  private static void checkTarget(NodeMessage.ListenTarget listenTarget, int length) {
    assertThat(listenTarget.text().length()).isLessThan(length + 64);
    listenTarget.path().ifPresent(path -> assertThat(path).isNotEmpty());
  }

  private static JsonObject act(String act) {
    return new JsonObject().put("cmd", "NODE_CLUSTER").put("act", act);
  }

  private static JsonObject act(String act, NodeMessage.ListenTarget listenTarget) {
    JsonObject fields =
        act(act)
            .put("port", listenTarget.port())
            .put("addressType", listenTarget.type())
            .put("fd", listenTarget.fd())
            .put("flags", listenTarget.flags());
    listenTarget.address().ifPresent(address -> fields.put("address", address));
    return fields;
  }

  private static void checkRoundTrip(NodeMessage message, JsonObject fields) {
    assertThat(NodeMessage.read(fields.encode())).contains(message);
  }
}
