package io.jpm.balancer.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.testing.Effort;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Fuzzes [NodeMessage#read]. An app can write anything to its IPC channel: the text is either a
/// valid message or ignored. A message that is rebuilt from its fields parses to an equal message.
class NodeMessagesFuzz {
  @FuzzTest
  void messages(byte[] data) {
    String json = new String(data, StandardCharsets.UTF_8);
    Optional<NodeMessage> read = Effort.inProportion(data.length, () -> NodeMessage.read(json));
    read.ifPresent(message -> check(message, json.length()));
  }

  private static void check(NodeMessage message, int length) {
    switch (message) {
      case NodeMessage.Query query -> {
        place(query.wanted(), length);
        query.umask().ifPresent(umask -> assertThat(umask).isBetween(0, 0777));
        JsonObject fields =
            act("queryServer", query.wanted())
                .put("seq", query.seq())
                .put("index", query.index())
                .put("backlog", query.backlog());
        query.data().ifPresent(value -> fields.put("data", value));
        query.umask().ifPresent(umask -> fields.put("umask", umask));
        same(query, fields);
      }
      case NodeMessage.Listens listens -> {
        place(listens.wanted(), length);
        same(listens, act("listening", listens.wanted()));
      }
      case NodeMessage.Closed closed -> same(closed, act("close").put("key", closed.key()));
      case NodeMessage.Leaves leaves ->
          same(leaves, act("exitedAfterDisconnect").put("seq", leaves.seq()));
      case NodeMessage.Answer answer ->
          same(answer, act("").put("ack", answer.ack()).put("accepted", answer.accepted()));
      case NodeMessage.Drained drained -> same(drained, act("drained").put("cmd", "NODE_JPM"));
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

  private static void place(NodeMessage.Wanted wanted, int length) {
    assertThat(wanted.text().length()).isLessThan(length + 64);
    wanted.path().ifPresent(path -> assertThat(path).isNotEmpty());
  }

  private static JsonObject act(String act) {
    return new JsonObject().put("cmd", "NODE_CLUSTER").put("act", act);
  }

  private static JsonObject act(String act, NodeMessage.Wanted wanted) {
    JsonObject fields =
        act(act)
            .put("port", wanted.port())
            .put("addressType", wanted.type())
            .put("fd", wanted.fd())
            .put("flags", wanted.flags());
    wanted.address().ifPresent(address -> fields.put("address", address));
    return fields;
  }

  private static void same(NodeMessage message, JsonObject fields) {
    assertThat(NodeMessage.read(fields.encode())).contains(message);
  }
}
