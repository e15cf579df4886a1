package io.jpm.god.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.StoreCommand;
import io.jpm.bus.god.StoreCommand.Setting;
import io.jpm.bus.god.StoreReply;
import io.jpm.model.AppName;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueStoreTest {
  private static final AppName WEB = new AppName("web");

  @TempDir Path home;

  private KeyValueStore store() {
    return new KeyValueStore(home);
  }

  private StoreReply put(String value, String... path) {
    return store().execute(new StoreCommand.Put(List.of(new Setting(List.of(path), value))));
  }

  private StoreReply remove(String... path) {
    return store().execute(new StoreCommand.Remove(List.of(path)));
  }

  private JsonObject content() {
    return new JsonObject(((StoreReply.Content) store().execute(new StoreCommand.Read())).json());
  }

  @Test
  void appReceivesEachKeyAndAllKeysUnderItsName() {
    put("1", "web", "A");
    put("x", "web", "nested", "inner");
    put("v w", "web", "my-key");
    put("other", "api", "A");
    put("7", "plain");
    assertThat(store().variables(WEB))
        .isEqualTo(
            Map.of(
                "A", "1",
                "nested", "{\"inner\":\"x\"}",
                "my-key", "v w",
                "web", "{\"A\":\"1\",\"nested\":{\"inner\":\"x\"},\"my-key\":\"v w\"}"));
    assertThat(store().variables(new AppName("plain"))).isEmpty();
    assertThat(store().variables(new AppName("none"))).isEmpty();
  }

  @Test
  void onlyTheOwnerCanReadTheFile() throws IOException {
    put("1", "web", "A");
    put("2", "web", "A");
    for (String name : List.of("conf.json", "conf.json.bak")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void fileEditedByHandIsUsed() throws IOException {
    Files.writeString(
        home.resolve("conf.json"),
        "{\"web\": {\"N\": 5, \"ON\": true, \"LIST\": [1], \"NONE\": null, \"A=B\": \"x\"}}");
    assertThat(store().variables(WEB))
        .containsEntry("N", "5")
        .containsEntry("ON", "true")
        .containsEntry("LIST", "[1]")
        .doesNotContainKeys("NONE", "A=B");
    put("6", "web", "N");
    assertThat(content().getJsonObject("web").getString("N")).isEqualTo("6");
    assertThat(content().getJsonObject("web").getBoolean("ON")).isTrue();
    Files.delete(home.resolve("conf.json"));
    assertThat(store().variables(WEB)).isEmpty();
  }

  @Test
  void damagedFileIsReportedAndKeptAndTheBackupIsUsed() throws IOException {
    put("1", "web", "A");
    put("2", "web", "A");
    Path file = home.resolve("conf.json");
    Files.writeString(file, "{\"web\": {\"A\": 3,}");
    assertThat(store().variables(WEB)).containsEntry("A", "1");
    assertThat(((StoreReply.Content) store().execute(new StoreCommand.Read())).problems())
        .singleElement()
        .asString()
        .contains(file.toString(), "is not a JSON object");
    assertThat(put("4", "web", "A")).isInstanceOf(StoreReply.Failed.class);
    assertThat(remove()).isInstanceOf(StoreReply.Failed.class);
    assertThat(file).hasContent("{\"web\": {\"A\": 3,}");
  }

  @Test
  void severalSettingsAreStoredAllOrNone() {
    put("x", "plain");
    StoreReply reply =
        store()
            .execute(
                new StoreCommand.Put(
                    List.of(
                        new Setting(List.of("web", "A"), "1"),
                        new Setting(List.of("plain", "B"), "2"))));
    assertThat(reply)
        .isEqualTo(
            new StoreReply.Failed(
                "plain is a value and cannot contain keys: remove it with jpm unset plain"));
    assertThat(content()).isEqualTo(new JsonObject().put("plain", "x"));
  }

  @Test
  void valueDoesNotReplaceAnObject() {
    put("1", "web", "A");
    assertThat(put("2", "web")).isInstanceOf(StoreReply.Failed.class);
    assertThat(content().getJsonObject("web").getString("A")).isEqualTo("1");
  }

  @Test
  void removedKeyLeavesNoEmptyObject() {
    put("1", "web", "deep", "A");
    put("1", "api", "A");
    assertThat(((StoreReply.Content) remove("web", "gone")).changed()).isFalse();
    assertThat(((StoreReply.Content) remove("web", "deep", "A")).changed()).isTrue();
    assertThat(content().fieldNames()).containsExactly("api");
    assertThat(((StoreReply.Content) remove()).changed()).isTrue();
    assertThat(content()).isEmpty();
  }

  @Test
  void valuesBeyondTheKernelLimitAreNotStored() {
    assertThat(put("x".repeat(60_000), "web", "A")).isInstanceOf(StoreReply.Content.class);
    assertThat(put("x".repeat(60_000), "web", "B")).isInstanceOf(StoreReply.Failed.class);
    assertThat(content().getJsonObject("web").fieldNames()).containsExactly("A");
  }
}
