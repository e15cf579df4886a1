package io.jpm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Eventually;
import io.jpm.web.Http;
import io.jpm.web.Http.Reply;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `jpm web` of a real daemon.
@Timeout(180)
class WebIT extends InOwnHome {
  private static final Pattern LINK =
      Pattern.compile("http://127\\.0\\.0\\.1:([0-9]+)(/login\\?code=[0-9a-f]{64})");

  private Matcher open(String... options) {
    String[] words = new String[options.length + 1];
    words[0] = "web";
    System.arraycopy(options, 0, words, 1, options.length);
    Matcher link = LINK.matcher(jpm.run(words).ok().out());
    assertThat(link.find()).isTrue();
    return link;
  }

  private String token() throws IOException {
    return "Authorization: Bearer " + Files.readString(jpm.home().resolve("token")).strip();
  }

  @Test
  void appsAreSeenAndCommandedOverHttp() throws Exception {
    assertThat(jpm.run("web", "status").ok().out()).isEqualTo("off\n");
    String script = "#!/bin/bash\nfor ((n = 1; n <= 30; n++)); do echo line $n; done; sleep 1000\n";
    jpm.run("start", jpm.script("one.sh", script).toString(), "--name", "one").ok();
    Matcher link = open("--port", "0");
    int port = Integer.parseInt(link.group(1));
    Reply login = Http.get(port, link.group(2));
    String cookie = "Cookie: " + login.cookie();
    assertThat(Http.get(port, link.group(2)).status()).isEqualTo(401);

    JsonObject list = Http.get(port, "/api/v1/instances", cookie).json();
    assertThat(list.getJsonArray("instances").getJsonObject(0).getString("status"))
        .isEqualTo("online");
    Eventually.await(
        "the log can be had",
        Jpm.LONG,
        () -> get(port, "/api/v1/logs/one/download").body().endsWith("line 30\n"));
    JsonObject pm2 = get(port, "/").json();
    assertThat(pm2.getJsonArray("processes").getJsonObject(0).getInteger("pid"))
        .isEqualTo(jpm.pid("one"));
    assertThat(get(port, "/metrics").body())
        .contains("jpm_instance_up{app=\"one\",id=\"0\",namespace=\"default\"} 1.0")
        .contains("jpm_daemon_heap_used_bytes ");

    try (var events = new Http(port)) {
      events.send(port, "GET /api/v1/events/stream?app=one", "", token());
      assertThat(events.head().status()).isEqualTo(200);
      events.chunk();
      Reply stopped =
          Http.ask(
              port,
              "POST /api/v1/instances/one/stop",
              "",
              cookie,
              "Origin: http://127.0.0.1:" + port,
              "X-JPM: 1");
      assertThat(stopped.status()).as(stopped.body()).isEqualTo(200);
      assertThat(events.chunk()).contains("\"event\":\"stopping\"");
      assertThat(events.chunk()).contains("\"event\":\"exit\"", "\"expected\":true");
      assertThat(events.chunk()).contains("\"event\":\"stop\"");
    }
    assertThat(jpm.status("one")).isEqualTo("stopped");
  }

  private Reply get(int port, String path) {
    try {
      return Http.get(port, path, token());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  void itIsThereAgainAfterTheDaemonWasKilledAndGoneAfterStop() throws Exception {
    Matcher link = open("--port", "0");
    String cookie = "Cookie: " + Http.get(Integer.parseInt(link.group(1)), link.group(2)).cookie();
    jpm.killDaemon();
    jpm.run("ping").ok();
    String url = jpm.run("web", "status").ok().out();
    int port = Integer.parseInt(url.strip().substring(url.strip().lastIndexOf(':') + 1));
    assertThat(Http.get(port, "/api/v1/session", cookie).status()).isEqualTo(401);
    assertThat(get(port, "/api/v1/session").json().getString("name")).isEqualTo("owner");
    jpm.run("web", "stop").ok();
    assertThat(jpm.run("web", "status").ok().out()).isEqualTo("off\n");
    assertThat(Files.exists(jpm.home().resolve("web.json"))).isFalse();
  }

  @Test
  void aPortThatIsTakenIsOneClearLine() throws Exception {
    try (var other = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());
      List<String> said = jpm.run("web", "--port", port).failed().err().lines().toList();
      assertThat(said).hasSize(1);
      assertThat(said.getFirst()).contains("127.0.0.1:" + port, "free that port");
    }
    assertThat(jpm.run("web", "--host", "0.0.0.0").failed().err()).contains("ssh -L");
  }
}
