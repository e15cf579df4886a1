package io.jpm.god;

import io.jpm.model.Check;
import io.jpm.model.Health;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What tells how an app is, as the journal and `dump.json` hold it. There is no such object where
/// an older jpm has written.
final class HealthJson {
  private static final String KEY = "health";

  private HealthJson() {}

  static void put(JsonObject app, Health health) {
    if (!health.any()) {
      return;
    }
    var json = new JsonObject();
    health
        .startup()
        .ifPresent(startup ->
            json.put(
                "startup",
                check(startup.check())
                    .put("interval", startup.interval().toMillis())
                    .put("within", startup.within().toMillis())));
    health.readiness().ifPresent(probe -> json.put("readiness", probe(probe)));
    health.liveness().ifPresent(probe -> json.put("liveness", probe(probe)));
    app.put(KEY, json);
  }

  private static JsonObject probe(Health.Probe probe) {
    Check.Rhythm rhythm = probe.rhythm();
    return check(probe.check())
        .put("interval", rhythm.interval().toMillis())
        .put("timeout", rhythm.timeout().toMillis())
        .put("failures", rhythm.failures())
        .put("successes", rhythm.successes())
        .put("delay", rhythm.delay().toMillis());
  }

  private static JsonObject check(Check check) {
    var json = new JsonObject();
    switch (check) {
      case Check.Http http -> {
        json.put("http", http.url())
            .put("headers", new JsonObject(new HashMap<>(http.headers())))
            .put("first_status", http.statuses().first())
            .put("last_status", http.statuses().last())
            .put("verified", http.verified());
        http.body().ifPresent(body -> json.put("body", body));
      }
      case Check.Tcp(String host, String port) -> json.put("tcp", host).put("port", port);
      case Check.Exec exec -> json.put("exec", new JsonArray(exec.command()));
      case Check.Log(String pattern) -> json.put("log", pattern);
      case Check.Notify() -> json.put("notify", true);
    }
    return json;
  }

  static Health read(JsonObject app) {
    JsonObject json = app.getJsonObject(KEY);
    if (json == null) {
      return Health.NONE;
    }
    return new Health(
        Optional.ofNullable(json.getJsonObject("startup"))
            .map(it ->
                new Health.Startup(checkOf(it), millis(it, "interval"), millis(it, "within"))),
        Optional.ofNullable(json.getJsonObject("readiness")).map(HealthJson::probeOf),
        Optional.ofNullable(json.getJsonObject("liveness")).map(HealthJson::probeOf));
  }

  private static Health.Probe probeOf(JsonObject json) {
    return new Health.Probe(
        checkOf(json),
        new Check.Rhythm(
            millis(json, "interval"),
            millis(json, "timeout"),
            json.getInteger("failures"),
            json.getInteger("successes"),
            millis(json, "delay")));
  }

  private static Check checkOf(JsonObject json) {
    if (json.containsKey("http")) {
      Map<String, String> headers = new HashMap<>();
      json.getJsonObject("headers")
          .forEach(entry -> headers.put(entry.getKey(), (String) entry.getValue()));
      return new Check.Http(
          json.getString("http"),
          headers,
          new Check.StatusRange(json.getInteger("first_status"), json.getInteger("last_status")),
          Optional.ofNullable(json.getString("body")),
          json.getBoolean("verified"));
    }
    if (json.containsKey("tcp")) {
      return new Check.Tcp(json.getString("tcp"), json.getString("port"));
    }
    if (json.containsKey("exec")) {
      return new Check.Exec(json.getJsonArray("exec").stream().map(String.class::cast).toList());
    }
    return json.containsKey("log") ? new Check.Log(json.getString("log")) : new Check.Notify();
  }

  private static Duration millis(JsonObject json, String key) {
    return Duration.ofMillis(json.getLong(key));
  }
}
