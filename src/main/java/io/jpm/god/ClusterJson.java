package io.jpm.god;

import io.jpm.model.Balance;
import io.jpm.model.Cluster;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// How an app shares what it listens on, as the journal and `dump.json` hold it. There is no such
/// object where an older jpm has written.
final class ClusterJson {
  private static final String KEY = "cluster";

  private ClusterJson() {}

  static void put(JsonObject app, Cluster cluster) {
    if (cluster.equals(Cluster.FORK)) {
      return;
    }
    var listen = new JsonArray();
    for (ListenAddress address : cluster.listen()) {
      listen.add(new JsonObject().put("host", address.host()).put("port", address.port()));
    }
    var json =
        new JsonObject()
            .put("enabled", cluster.enabled())
            .put("balance", cluster.balance().name())
            .put("listen", listen)
            .put("drain_timeout", cluster.drain().toMillis())
            .put("proxy_protocol", cluster.proxyProtocol().name());
    cluster.strategy().ifPresent(strategy -> json.put("strategy", strategy.name()));
    cluster.port().ifPresent(port -> json.put("port", port));
    app.put(KEY, json);
  }

  static Cluster read(JsonObject app) {
    JsonObject json = app.getJsonObject(KEY);
    if (json == null) {
      return Cluster.FORK;
    }
    Integer port = json.getInteger("port");
    return new Cluster(
        json.getBoolean("enabled"),
        Balance.valueOf(json.getString("balance")),
        Optional.ofNullable(json.getString("strategy")).map(Strategy::valueOf),
        port == null ? OptionalInt.empty() : OptionalInt.of(port),
        json.getJsonArray("listen").stream()
            .map(JsonObject.class::cast)
            .map(at -> new ListenAddress(at.getString("host"), at.getInteger("port")))
            .toList(),
        Duration.ofMillis(json.getLong("drain_timeout")),
        ProxyProtocol.valueOf(json.getString("proxy_protocol")));
  }
}
