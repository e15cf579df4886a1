package io.jpm.balancer.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests that [NodeMessage] tolerates arbitrary JSON, because an app can write anything to its IPC
/// channel.
class NodeMessageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"cmd\":\"NODE_JPM\",\"act\":null}",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":null}",
        "{\"cmd\":null}",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\"}",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"exitedAfterDisconnect\"}",
        "{\"cmd\":\"NODE_CLUSTER\",\"ack\":null}",
        "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}",
        "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\",\"servers\":[null],\"unanswered\":[]}",
        "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\",\"servers\":[{\"address\":\"::1\",\"port\":99999}],"
            + "\"unanswered\":[]}",
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"seq\":\"one\"}",
        "[]",
        "7"
      })
  void incompleteMessagesAreIgnored(String json) {
    assertThat(NodeMessage.read(json)).isEmpty();
  }

  @Test
  void queryMessageIsParsed() {
    assertThat(
            NodeMessage.read(
                "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"seq\":1,\"port\":3000}"))
        .containsInstanceOf(NodeMessage.Query.class);
  }
}
