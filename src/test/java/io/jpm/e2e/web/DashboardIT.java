package io.jpm.e2e.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.ScreenshotApps;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.web.Http;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The page of `jpm web` in a real browser. Each test fails if the page reports a problem.
@Timeout(300)
@Needs(Need.CHROMIUM)
class DashboardIT extends EndToEndTestBase {
  private static final Pattern LINK =
      Pattern.compile("http://127\\.0\\.0\\.1:([0-9]+)(/login\\?code=[0-9a-f]{64})");
  private static final String SLEEPER = "#!/bin/bash\necho begun\nexec sleep 1000\n";

  private Chromium browser;
  private int port;

  /// Whether requests may fail. The browser itself reports each failed request.
  private boolean requestsMayFail;

  @BeforeEach
  void begin() throws IOException {
    browser = new Chromium();
    browser.size(1280, 800);
  }

  @AfterEach
  void end() throws IOException {
    try {
      assertThat(browser.complaints())
          .filteredOn(it -> !(requestsMayFail && it.contains("\"source\":\"network\"")))
          .isEmpty();
    } finally {
      browser.close();
    }
  }

  private void start(String name, String script, String... more) throws IOException {
    String[] words = {"start", jpm.script(name + ".sh", script).toString(), "--name", name};
    String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    jpm.run(all).ok();
  }

  private void startFourApps() throws IOException {
    for (String name : List.of("api", "cron", "web", "worker")) {
      start(name, SLEEPER);
    }
  }

  /// Logs in with a login link, and waits for the list of apps.
  private void open() {
    Matcher link = LINK.matcher(jpm.run("web", "--port", Integer.toString(freePort())).ok().out());
    assertThat(link.find()).isTrue();
    port = Integer.parseInt(link.group(1));
    browser.go(link.group());
    browser.await("the page is live", "document.querySelector('#connection.good')");
    browser.await("the list of apps is shown", "document.querySelector('tr[data-id]')");
    browser.eval("window.sameAsBefore = true");
  }

  /// Returns a fixed port, so that the next daemon listens on the same one.
  private static int freePort() {
    return FreePort.find();
  }

  /// Returns an expression for the table row of an app's first instance.
  private static String row(String app) {
    return "[...document.querySelectorAll('tr[data-id]')].find(r => r.querySelector('.name').textContent === %s)"
        .formatted(Chromium.quoted(app));
  }

  private String cell(String app, String selector) {
    return String.valueOf(
        browser.eval(
            "%s?.querySelector(%s)?.textContent".formatted(row(app), Chromium.quoted(selector))));
  }

  private void selectApp(String app) {
    browser.await(app + " is in the table", row(app));
    browser.eval(row(app) + ".querySelector('.name').click()");
    browser.await(
        "the details of " + app,
        "document.querySelector('.title h2').textContent.startsWith(%s)"
            .formatted(Chromium.quoted(app)));
  }

  private void awaitDialog(String title) {
    browser.await(
        title,
        "document.querySelector('dialog[open] h2')?.textContent === %s && document.querySelector('dialog').contains(document.activeElement)"
            .formatted(Chromium.quoted(title)));
  }

  private void awaitNoDialog() {
    browser.await("no dialog is open", "!document.querySelector('dialog')");
  }

  private void awaitLog(String text) {
    browser.await(
        text + " in the log",
        "document.querySelector('.log-lines').textContent.includes(%s)"
            .formatted(Chromium.quoted(text)));
  }

  @Test
  @Tag("slow")
  void appsAreListedAndAKilledOneIsUpdatedWithoutAReload() throws Exception {
    startFourApps();
    open();
    browser.await("four apps are listed", "document.querySelectorAll('tr[data-id]').length === 4");
    browser.await(
        "the usage of web is shown", row("web") + ".querySelector('.figure').textContent !== '–'");
    browser.await(
        "the usage of the machine is shown",
        "document.querySelector('#machine').textContent.includes('%')");
    assertThat(browser.eval("document.title")).asString().contains("4 online");
    int pid = jpm.pid("web");
    Jpm.kill(pid);
    browser.await(
        "web is online again, as another process",
        "(r => r.querySelectorAll('td.number')[1].textContent !== '%d' && r.querySelectorAll('td.number')[3].textContent === '1' && r.querySelector('.status').textContent === 'online')(%s)"
            .formatted(pid, row("web")));
    assertThat(browser.eval("window.sameAsBefore")).as("without a reload").isEqualTo(true);
    selectApp("web");
    browser.call("Page.reload", new io.vertx.core.json.JsonObject());
    browser.await("the page was loaded again", "window.sameAsBefore === undefined");
    browser.await(
        "web is still selected", "document.querySelector('.title h2').textContent === 'web'");
    awaitLog("begun");
    browser.click("nav a[data-view=events]");
    browser.await(
        "the events show the reason",
        "document.querySelector('#events .events').textContent.includes('SIGKILL')");
  }

  @Test
  @Tag("slow")
  void commandsOnAppsAreConfirmedFirst() throws Exception {
    startFourApps();
    open();
    selectApp("web");
    int pid = jpm.pid("web");
    browser.click("[data-action=restart]");
    awaitDialog("Restart web?");
    browser.click("dialog .primary");
    browser.await(
        "the restart is reported",
        "document.querySelector('#notices').textContent.includes('web: restarted')");
    Eventually.await("web has another process", Jpm.LONG, () -> jpm.pid("web") != pid);

    browser.click("[data-action=delete]");
    awaitDialog("Delete web?");
    browser.click("dialog .buttons button");
    awaitNoDialog();
    assertThat(jpm.status("web")).as("Cancel does nothing").isEqualTo("online");

    browser.click("[data-action=scale]");
    awaitDialog("Scale web");
    browser.awaitFocus("#amount");
    browser.eval("document.activeElement.select()");
    browser.type("3");
    browser.key("Enter");
    browser.await(
        "three instances of web are listed",
        "document.querySelectorAll('tr[data-id]').length === 6");

    browser.click("[data-action=stop]");
    awaitDialog("Stop web?");
    browser.click("dialog label input");
    browser.click("dialog .primary");
    Eventually.await(
        "one of three instances is stopped",
        Jpm.LONG,
        () -> jpm.list().stream().filter(it -> it.getInteger("pid") == 0).count() == 1);
    browser.await(
        "the start button is shown", "!document.querySelector('[data-action=start]').hidden");
    selectApp("cron");
    browser.click("[data-action=delete]");
    awaitDialog("Delete cron?");
    browser.click("dialog .danger");
    browser.await("cron is no longer listed", "!" + row("cron"));
  }

  @Test
  @Tag("slow")
  void everythingIsReachableByKeyboard() throws Exception {
    startFourApps();
    open();
    browser.key("/");
    browser.awaitFocus("#filter");
    browser.type("wor");
    browser.await("one app is listed", "document.querySelectorAll('tr[data-id]').length === 1");
    browser.key("Escape");
    browser.key("Escape");
    browser.await(
        "all apps are listed again", "document.querySelectorAll('tr[data-id]').length === 4");
    browser.key("j");
    browser.awaitFocus("tr[data-id] .name");
    browser.key("End");
    browser.await("the last app has the focus", "document.activeElement.textContent === 'worker'");
    browser.key("ArrowUp");
    browser.await(
        "the app before the last one has the focus",
        "document.activeElement.textContent === 'web'");
    browser.key("Enter");
    browser.await(
        "the details of web are shown",
        "document.querySelector('.title h2').textContent === 'web'");
    int pid = jpm.pid("web");
    browser.key("r");
    awaitDialog("Restart web?");
    browser.key("Escape");
    awaitNoDialog();
    browser.await("the focus is on web again", "document.activeElement.textContent === 'web'");
    browser.key("r");
    awaitDialog("Restart web?");
    for (int i = 0; i < 4; i++) {
      browser.key("Tab");
      assertThat(
              browser.eval(
                  "document.activeElement === document.body ||"
                      + " document.querySelector('dialog').contains(document.activeElement)"))
          .as("the focus stays in the dialog")
          .isEqualTo(true);
    }
    browser.eval("document.querySelector('dialog .primary').focus()");
    browser.awaitFocus("dialog .primary");
    browser.key("Enter");
    Eventually.await("web has another process", Jpm.LONG, () -> jpm.pid("web") != pid);
    awaitNoDialog();
    browser.key("?");
    awaitDialog("Keys");
    browser.key("Escape");
    awaitNoDialog();
    browser.key("2");
    browser.await("the events are shown", "!document.querySelector('#events').hidden");
    browser.key("1");
    browser.await("the apps are shown", "!document.querySelector('#apps').hidden");
    assertThat(controlsWithoutAName()).as("controls without a name").isEqualTo("");
  }

  /// Returns the controls that have no accessible name for a screen reader.
  private Object controlsWithoutAName() {
    return browser.eval(
        "[...document.querySelectorAll('button, a, input, select, textarea, canvas,"
            + " [role=meter]')].filter(e => !e.textContent.trim() && !e.ariaLabel &&"
            + " !e.labels?.length && !e.closest('[aria-hidden=true], .plot')).map(e =>"
            + " e.outerHTML).join(' ')");
  }

  @Test
  @Tag("slow")
  void logIsFollowedSearchedPausedAndFiltered() throws Exception {
    Path go = jpm.work().resolve("go");
    start(
        "talker",
        "#!/bin/bash\n"
            + "for ((n = 1; n <= 50; n++)); do echo \"line $n of talker\"; done\n"
            + "echo oops >&2\n"
            + "while [[ ! -e '"
            + go
            + "' ]]; do sleep 0.1; done\n"
            + "for ((n = 51; ; n++)); do echo \"line $n of talker\"; sleep 0.1; done\n");
    open();
    selectApp("talker");
    awaitLog("line 50 of talker");
    java.nio.file.Files.createFile(go);
    awaitLog("line 55 of talker");
    browser.key("f");
    browser.awaitFocus("#log-search");
    browser.type("LINE 7 ");
    browser.await(
        "one line is found",
        "document.querySelector('.logs .said').textContent.startsWith('1 line of')");
    assertThat(browser.text(".log-lines mark")).isEqualTo("line 7 ");
    browser.key("Escape");
    browser.key("Escape");
    awaitLog("line 60 of talker");
    browser.key("p");
    browser.await(
        "the log is paused",
        "document.querySelector('.logs .said').textContent.includes('paused')");
    String shown = browser.text(".log-lines");
    browser.await(
        "new lines are counted",
        "/paused, [1-9][0-9]* new/.test(document.querySelector('.logs .said').textContent)");
    assertThat(browser.text(".log-lines")).isEqualTo(shown);
    browser.key("p");
    browser.await(
        "the log continues",
        "document.querySelector('.log-lines').textContent !== %s"
            .formatted(Chromium.quoted(shown)));
    browser.eval(
        "(s => { s.value = 'err'; s.dispatchEvent(new Event('change'));"
            + " })(document.querySelector('.logs select'))");
    browser.await(
        "only standard error is shown",
        "document.querySelectorAll('.line').length === 1 && document.querySelector('.line"
            + " .text').textContent === 'oops'");
    browser.click("#tab-details");
    browser.await(
        "the details of the app are shown",
        "document.querySelector('.facts').textContent.includes('talker.sh')");
    browser.click("#tab-history");
    browser.await(
        "the events of the app are shown",
        "document.querySelector('#panel-history').textContent.includes('online')");
  }

  @Test
  @Tag("slow")
  void logIsDownloadedAndTheSecretOfThePageIsNotVisible() throws Exception {
    start("talker", "#!/bin/bash\necho all of it\nexec sleep 1000\n");
    open();
    assertThat(browser.eval("location.href + document.documentElement.outerHTML + document.cookie"))
        .asString()
        .doesNotContain("#s=")
        .doesNotContain(String.valueOf(browser.eval("localStorage.getItem('jpm-secret')")));
    browser.go("http://127.0.0.1:" + port + "/#s=" + "0".repeat(64));
    requestsMayFail = true;
    browser.call("Page.reload", new io.vertx.core.json.JsonObject());
    browser.await(
        "a wrong secret does not end the session", "document.querySelector('#connection.good')");
    selectApp("talker");
    awaitLog("all of it");
    Path downloads = jpm.work().resolve("downloads");
    browser.call(
        "Page.setDownloadBehavior",
        new io.vertx.core.json.JsonObject()
            .put("behavior", "allow")
            .put("downloadPath", downloads.toString()));
    browser.eval(
        "[...document.querySelectorAll('.logs button')].find(b => b.textContent ==="
            + " 'Download').click()");
    Eventually.await(
        "the log file is downloaded",
        Jpm.LONG,
        () -> {
          try (var files = java.nio.file.Files.list(downloads)) {
            return files.anyMatch(file -> text(file).equals("all of it\n"));
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  private static String text(Path file) {
    try {
      return java.nio.file.Files.readString(file);
    } catch (IOException notYet) {
      return "";
    }
  }

  @Test
  void outputOfAppsIsNotInterpretedAsHtml() throws Exception {
    String evil = "<img src=x onerror=window.hit=1><script>window.hit=1</script>";
    start(
        "evil",
        "#!/bin/bash\necho '"
            + evil
            + "'\n"
            + "printf '\\e[31mred\\e[0m \\e]0;title\\a\\e[8mhidden\\x01 end\\n'\n"
            + "exec sleep 1000\n",
        "--namespace",
        "a b");
    open();
    selectApp("evil");
    awaitLog(evil);
    awaitLog("red hidden\u2401 end");
    assertThat(browser.text(".log-lines .ink-red")).isEqualTo("red");
    assertThat(cell("evil", ".namespace")).isEqualTo("a b");
    browser.click("#tab-details");
    browser.await("the details are shown", "document.querySelector('.facts dl')");
    assertThat(
            browser.eval(
                "window.hit === undefined && document.querySelectorAll('img, main script').length"
                    + " === 0"))
        .isEqualTo(true);
    assertThat(
            browser.eval(
                "(() => { try { document.body.innerHTML = '<i>x</i>'; return 'taken'; } catch {"
                    + " return 'refused'; } })()"))
        .as("an assignment of HTML as text")
        .isEqualTo("refused");
    browser.expectComplaint("TrustedHTML");
  }

  @Test
  @Tag("slow")
  void processFileIsValidatedAndAppliedAfterConfirmation() throws Exception {
    startFourApps();
    open();
    browser.click("nav a[data-view=file]");
    Path script = jpm.script("added.sh", SLEEPER);
    fill("#file-cwd", jpm.work().toString());
    fill("#file-text", "{\"apps\": [");
    browser.click("#file .primary");
    browser.await(
        "the syntax error is reported",
        "document.querySelector('#file .said').textContent.includes('not JSON')");
    fill("#file-text", "{\"apps\": [{\"name\": \"added\", \"scrip\": 1}]}");
    browser.click("#file .primary");
    requestsMayFail = true;
    browser.await(
        "the problem is reported",
        "document.querySelector('#file .changes').textContent.includes('scrip')");
    fill("#file-text", "{\"apps\": [{\"name\": \"added\", \"script\": \"" + script + "\"}]}");
    browser.click("#file .primary");
    browser.await(
        "the plan is shown",
        "document.querySelector('#file .change')?.textContent.includes('start')");
    browser.click("#file .buttons button:nth-child(2)");
    awaitDialog("Apply to 1 app?");
    browser.click("dialog .primary");
    browser.await(
        "the file was applied", "document.querySelector('#file .said').textContent === 'Applied.'");
    jpm.awaitStatus("added", "online");
  }

  private void fill(String selector, String text) {
    browser.await(
        selector + " can be seen",
        "document.querySelector('%s').getClientRects().length > 0".formatted(selector));
    browser.eval(
        "(e => { e.focus(); e.select(); })(document.querySelector('%s'))".formatted(selector));
    browser.awaitFocus(selector);
    browser.type(text);
  }

  @Test
  @Tag("slow")
  void pageFitsAPhone() throws Exception {
    browser.size(360, 740);
    startFourApps();
    start("an-app-with-quite-a-long-name-that-does-not-fit", SLEEPER);
    open();
    assertFitsTheScreen();
    selectApp("web");
    browser.await(
        "the details cover the table",
        "document.querySelector('#apps').getClientRects().length === 0");
    for (String tab : List.of("details", "history", "log")) {
      browser.click("#tab-" + tab);
      assertFitsTheScreen();
    }
    browser.click("[data-action=restart]");
    awaitDialog("Restart web?");
    assertFitsTheScreen();
    browser.click("dialog .buttons button");
    awaitNoDialog();
    browser.click(".close");
    browser.await(
        "the table is shown again", "document.querySelector('#apps').getClientRects().length > 0");
    for (String view : List.of("events", "file", "apps")) {
      browser.click("nav a[data-view=%s]".formatted(view));
      browser.await(view, "!document.querySelector('#%s').hidden".formatted(view));
      assertFitsTheScreen();
    }
    browser.click("#help");
    awaitDialog("Keys");
    assertFitsTheScreen();
  }

  /// Checks that the page is as wide as the screen and that no control extends beyond its right
  /// edge.
  private void assertFitsTheScreen() {
    assertThat(browser.eval("document.documentElement.scrollWidth")).isEqualTo(360);
    assertThat(browser.eval("innerWidth")).as("the width of the page without zoom").isEqualTo(360);
    assertThat(
            browser.eval(
                "[...document.querySelectorAll('button, a, input, select, textarea, header"
                    + " *')].filter(e => e.getClientRects().length > 0 &&"
                    + " e.getBoundingClientRect().right > 361).map(e => e.outerHTML).join(' ')"))
        .isEqualTo("");
  }

  @Test
  @Tag("slow")
  void thousandAppsAreListedWithFewRowsInThePage() throws Exception {
    startFourApps();
    open();
    Object millis =
        browser.eval(
            """
            import('/dashboard/js/store.js').then(async ({ store }) => {
              const one = [...store.instances.values()][0];
              const list = Array.from({ length: 1000 }, (_, i) => ({ ...one, id: 1000 + i, app: `app-${i}`, status: i % 7 ? 'online' : 'errored' }));
              const usage = () => ({ at: Date.now(), instances: list.map((it) => ({ id: it.id, cpu: Math.random() * 100, memory: 1e8 * Math.random() })) });
              store.change(list, []);
              await new Promise(requestAnimationFrame);
              const before = performance.now();
              for (let i = 0; i < 20; i++) {
                store.setUsage(usage());
                store.change(list.slice(i, i + 50).map((it) => ({ ...it })), []);
                await new Promise(requestAnimationFrame);
              }
              return (performance.now() - before) / 20;
            })
            """);
    System.out.println("a frame with 1000 apps takes ms: " + millis);
    assertThat((Integer) browser.eval("document.querySelectorAll('tr[data-id]').length"))
        .isLessThan(60);
    browser.eval("document.querySelector('.scroller').scrollTop = 1e6");
    browser.await("the last app is listed", row("worker"));
    browser.key("/");
    browser.awaitFocus("#filter");
    browser.type("app-99");
    browser.await(
        "eleven apps are listed", "document.querySelectorAll('tr[data-id]').length === 11");
  }

  @Test
  @Tag("slow")
  void pageContinuesWithTheNextDaemonAndReportsAnEndedSession() throws Exception {
    startFourApps();
    Path say = jpm.work().resolve("say");
    start(
        "talker",
        "#!/bin/bash\nfor ((n = 1; n <= 400; n++)); do echo \"line $n.\"; done\n"
            + "until [[ -e '%s' ]]; do sleep 0.1; done\necho later.\nexec sleep 1000\n"
                .formatted(say));
    open();
    selectApp("talker");
    awaitLog("line 400.");
    requestsMayFail = true;
    try (AutoCloseable _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      browser.await(
          "the banner reports that the daemon does not answer",
          "document.querySelector('#banner').textContent.includes('does not answer')");
      java.nio.file.Files.createFile(say);
      assertThat(browser.eval("document.querySelectorAll('tr[data-id]').length")).isEqualTo(5);
    }
    awaitLog("later.");
    browser.await(
        "each line is shown once",
        "document.querySelector('.logs .said').textContent.startsWith('301 lines')");
    jpm.run("web", "stop").ok();
    jpm.run("web", "--port", Integer.toString(port)).ok();
    browser.await(
        "the banner says how to log in",
        "document.querySelector('#banner').textContent.includes('jpm web')");
    browser.await(
        "the page sends no more requests",
        "document.querySelector('#connection').textContent === 'Logged out'");
    assertThat(browser.eval("document.querySelectorAll('tr[data-id]').length")).isEqualTo(5);
    browser.go("http://127.0.0.1:" + port + "/");
    browser.await("the login page is shown", "document.body.textContent.includes('jpm web')");
    assertThat(Http.get(port, "/", "Accept: text/html").body()).doesNotContain("script", "api");
  }

  @Test
  @Tag("slow")
  void logoutEndsTheSession() throws Exception {
    startFourApps();
    open();
    requestsMayFail = true;
    browser.click("#logout");
    browser.await(
        "the banner reports the logout",
        "document.querySelector('#banner').textContent.includes('logged out')");
    browser.go("http://127.0.0.1:" + port + "/");
    browser.await(
        "the login page is shown", "document.querySelector('h1').textContent === 'Log in'");
  }

  /// With `-Djpm.pictures=DIR`, writes `dashboard.png` there, which shows a page that has been open
  /// for a while, and further screenshots into `target/pictures`.
  @Test
  @Tag("slow")
  @EnabledIfSystemProperty(named = "jpm.pictures", matches = ".+")
  @Timeout(600)
  void screenshotsAreTaken() throws Exception {
    Path kept = Jpm.ROOT.resolve(System.getProperty("jpm.pictures"));
    Path pictures = Jpm.ROOT.resolve("target/pictures");
    ScreenshotApps.start(jpm, "api", 37, 60, "GET /v1/orders 200");
    ScreenshotApps.start(jpm, "web", 23, 35, "GET /index.html 200", "-i", "3");
    ScreenshotApps.start(jpm, "search", 53, 80, "indexed 250 documents");
    ScreenshotApps.start(jpm, "mailer", 11, 6, "sent 12 mails");
    ScreenshotApps.start(jpm, "billing", 17, 20, "invoice paid");
    ScreenshotApps.start(jpm, "cache", 29, 12, "evicted 40 keys");
    String broken = "#!/bin/bash\necho 'no database' >&2\nexit 3\n";
    jpm.run("start", jpm.script("broken.sh", broken).toString(), "--max-restarts", "2").failed();
    start("nightly", SLEEPER);
    jpm.run("stop", "nightly").ok();
    open();
    selectApp("api");
    Eventually.await(
        "the page has been open for two minutes",
        Jpm.LONG.multipliedBy(5),
        () -> ((Number) browser.eval("performance.now()")).doubleValue() > 120_000);
    for (String scheme : List.of("light", "dark")) {
      browser.emulateColorScheme(scheme);
      browser.await(
          "the page is " + scheme, "document.documentElement.dataset.theme === '" + scheme + "'");
      awaitMeasurements();
      browser.takeScreenshot(
          scheme.equals("dark") ? kept.resolve("dashboard.png") : pictures.resolve("light.png"));
    }
    browser.click("#tab-details");
    browser.await("the details are shown", "document.querySelector('.facts dl')");
    awaitMeasurements();
    browser.takeScreenshot(pictures.resolve("details.png"));
    browser.click(".close");
    awaitMeasurements();
    browser.takeScreenshot(pictures.resolve("machine.png"));
    browser.click("nav a[data-view=events]");
    awaitMeasurements();
    browser.takeScreenshot(pictures.resolve("events.png"));
    browser.click("nav a[data-view=file]");
    awaitMeasurements();
    browser.takeScreenshot(pictures.resolve("file.png"));
    browser.click("nav a[data-view=apps]");
    browser.size(360, 720);
    awaitMeasurements();
    browser.takeScreenshot(pictures.resolve("phone.png"));
    selectApp("api");
    browser.await("the log is shown", "document.querySelectorAll('.line').length > 2");
    awaitMeasurements();
    browser.takeScreenshot(pictures.resolve("phone-app.png"));
    browser.click("[data-action=restart]");
    awaitDialog("Restart api?");
    browser.takeScreenshot(pictures.resolve("phone-dialog.png"));
  }

  /// Waits until two more measurements have arrived and are drawn.
  private void awaitMeasurements() {
    browser.eval(
        "import('/dashboard/js/store.js').then(async ({ store }) => { const from ="
            + " store.machine.last(0); while (store.machine.last(0) < from + 2) await new"
            + " Promise(requestAnimationFrame); })");
  }

  /// Runs for `-Djpm.dashboard.minutes` minutes, by default 0.3.
  @Test
  @Tag("slow")
  @Timeout(3600)
  void memoryStaysBoundedWhileThePageIsOpen() throws Exception {
    double minutes = Double.parseDouble(System.getProperty("jpm.dashboard.minutes", "0.3"));
    for (int i = 0; i < 10; i++) {
      start("app" + i, SLEEPER, "-i", "10");
    }
    start(
        "talker",
        "#!/bin/bash\n"
            + "for ((n = 0; ; n++)); do printf 'line %d of a log that does not stop\\n' {1..100};"
            + " sleep 0.1; done\n");
    open();
    browser.key("/");
    browser.awaitFocus("#filter");
    browser.type("talker");
    selectApp("talker");
    browser.key("Escape");
    browser.await("all apps are listed", "document.querySelectorAll('tr[data-id]').length > 10");
    browser.await(
        "the log has its maximum of 5,000 lines",
        "document.querySelector('.logs .said').textContent.includes('the last 5,000')");
    long first = browser.heap();
    long most = first;
    long rss = 0;
    long end = System.nanoTime() + (long) (minutes * 60e9);
    while (System.nanoTime() < end) {
      long until = Math.min(end, System.nanoTime() + 10_000_000_000L);
      Eventually.await("the next measurement is due", Jpm.LONG, () -> System.nanoTime() >= until);
      most = Math.max(most, browser.heap());
      rss = Math.max(rss, residentOfDaemon());
    }
    System.out.printf(
        "dashboard: heap %.1f MB at first, %.1f MB at most; daemon %.0f MB%n",
        first / 1e6, most / 1e6, rss / 1e6);
    // The ring buffers of 101 apps fill up meanwhile: 600 entries of three numbers each.
    assertThat(most).isLessThan(first + 25_000_000);
    assertThat(rss).as("resident bytes of the daemon").isLessThan(250L << 20);
    assertThat(browser.eval("document.querySelectorAll('*').length"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.INTEGER)
        .isLessThan(2500);
    String shown = browser.text(".log-lines");
    browser.await(
        "the log is still followed",
        "document.querySelector('.log-lines').textContent !== " + Chromium.quoted(shown));
    browser.await("the page is still live", "document.querySelector('#connection.good')");
  }

  private long residentOfDaemon() throws IOException {
    return java.nio.file.Files.readAllLines(
            Path.of("/proc", Long.toString(jpm.daemonPid()), "status"))
        .stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
