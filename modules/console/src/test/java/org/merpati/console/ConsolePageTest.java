package org.merpati.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Quota;

/** The pages as a browser shows them. Pictures of them are left in {@code target/console}. */
@Tag("browser")
class ConsolePageTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Path PICTURES = Path.of("target/console");

    @TempDir
    Path folder;

    private Desk desk;
    private Chromium browser;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Files.isExecutable(Chromium.PROGRAM), "no " + Chromium.PROGRAM + ": apt-get install chromium");
        desk = new Desk(folder);
        browser = new Chromium(Files.createDirectory(folder.resolve("profile")));
        browser.size(1200, 900);
        browser.open("https://127.0.0.1:" + desk.port() + "/");
    }

    @AfterEach
    void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (desk != null) {
            desk.close();
        }
    }

    private void atLogin() {
        browser.until("location.pathname === '/login' && document.readyState === 'complete'", SOON);
    }

    private void signIn(String name, String password) throws Exception {
        atLogin();
        browser.type("#name", name);
        browser.type("#password", password);
        browser.enter();
    }

    private String row(String key, String selector) throws Exception {
        return browser.value(
                "document.querySelector('tr[data-key=\"" + key + "\"] " + selector + "').innerText.trim()");
    }

    private void untilRow(String key, String state, Duration limit) {
        browser.until(
                "document.querySelector('tr[data-key=\"" + key + "\"] .state span').innerText === '" + state + "'",
                limit);
    }

    /** Whether everything fits beside each other: nothing has to be scrolled sideways. */
    private void fits() throws Exception {
        assertThat(browser.value("String(document.documentElement.scrollWidth - document.documentElement.clientWidth)"))
                .isEqualTo("0");
    }

    @Test
    void theServerStatusTurnsRedAndGreenAgain() throws Exception {
        atLogin();
        browser.picture(PICTURES.resolve("login.png"));
        signIn(Desk.ADMIN.toString(), Desk.PASSWORD);
        untilRow("gszimbra1", "Ready", SOON);
        assertThat(browser.value("document.querySelector('h1').innerText")).isEqualTo("Server Status");
        assertThat(browser.value("String(document.querySelectorAll('#servers tr.node').length)"))
                .isEqualTo("3");
        assertThat(row("gszimbra1", "td[data-label=Leads]")).isEqualTo("shard-1 (epoch 7)");
        assertThat(row("gszimbra2", "td[data-label=Lag]")).isEqualTo("shard-1: 120 behind");
        assertThat(row("gszimbra1/mailbox", ".state")).isEqualTo("Running");
        assertThat(row("gszimbra1", "td.time")).matches("\\d\\d:\\d\\d:\\d\\d.*");
        fits();
        browser.picture(PICTURES.resolve("status.png"));

        desk.answers(Statuses.withoutMailbox1());
        untilRow("gszimbra1", "Down", Duration.ofSeconds(3));
        assertThat(row("gszimbra1/mailbox", ".state")).isEqualTo("Down");
        assertThat(browser.value("document.getElementById('summary').innerText"))
                .isEqualTo("gszimbra1 is down. No leader: shard-1.");
        String red = "getComputedStyle(document.querySelector('tr[data-key=gszimbra1] .state span')).color";
        assertThat(browser.value(red)).isEqualTo("rgb(168, 35, 28)");
        browser.picture(PICTURES.resolve("status-down.png"));
        browser.dark(true);
        browser.picture(PICTURES.resolve("status-dark.png"));
        browser.size(360, 740);
        fits();
        browser.picture(PICTURES.resolve("status-360-dark.png"));
        browser.dark(false);
        browser.picture(PICTURES.resolve("status-360.png"));

        desk.answers(Statuses.well());
        untilRow("gszimbra1", "Ready", Duration.ofSeconds(3));
        browser.value("document.getElementById('logout').click()");
        browser.until("location.pathname === '/login'", SOON);
    }

    @Test
    void aGivenPasswordIsReplacedFirst() throws Exception {
        signIn(Desk.NEW_ADMIN.toString(), "not it");
        browser.until("!document.getElementById('error').hidden", SOON);
        assertThat(browser.value("document.getElementById('error').innerText")).isEqualTo("Name or password is wrong.");
        browser.size(360, 740);
        fits();
        browser.picture(PICTURES.resolve("login-360.png"));
        browser.type("#password", Desk.GIVEN);
        browser.enter();
        browser.until("location.pathname === '/password' && document.getElementById('who').innerText", SOON);
        assertThat(browser.value("String(document.getElementById('present').hidden)"))
                .isEqualTo("true");
        fits();
        browser.type("#password", "a pigeon knows the way");
        browser.type("#again", "a pigeon knows the weather");
        browser.enter();
        browser.until("document.getElementById('error').innerText === 'The two new passwords differ.'", SOON);
        browser.picture(PICTURES.resolve("password-360.png"));
        browser.value("document.getElementById('again').value = ''");
        browser.type("#again", "a pigeon knows the way");
        browser.enter();
        untilRow("gsldap", "Ready", SOON);
    }

    private void says(String id, String text) {
        browser.until("document.getElementById('" + id + "').innerText === '" + text + "'", SOON);
    }

    private String count(String selector) throws Exception {
        return browser.value("String(document.querySelectorAll('" + selector + "').length)");
    }

    private void press(String selector) throws Exception {
        browser.value("document.querySelector('" + selector + "').focus()");
        browser.enter();
    }

    @Test
    void aPersonBringsBackWhatSheRemoved() throws Exception {
        var budi = desk.directory.people().login(Desk.BUDI.key()).orElseThrow();
        desk.owner.remove(budi.id(), 230, "Laporan bulanan dari Surabaya <b>");
        desk.directory.setQuota(Desk.BUDI, new Quota(2_000_000, 0));
        signIn(Desk.BUDI.toString(), Desk.RAHASIA);
        browser.until("location.pathname === '/mailbox'", SOON);
        says("said", "100 messages, and more.");
        says("room", "1.2 MB of 1.9 MB in 89 messages (62 % used).");
        assertThat(count("#removed tbody tr")).isEqualTo("100");
        assertThat(count("#removed b")).as("a subject is no markup").isEqualTo("0");
        assertThat(browser.value("String(document.getElementById('status').hidden)"))
                .isEqualTo("true");
        assertThat(count("input:not([aria-label]):not([id]), #removed th:not([scope])"))
                .as("controls without a label, headers without a scope")
                .isEqualTo("0");
        fits();
        browser.picture(PICTURES.resolve("mailbox.png"));
        press("#older");
        says("said", "100 messages, page 2, and more.");
        assertThat(browser.value("document.activeElement.id")).isEqualTo("removed-title");
        press("#newer");
        says("said", "100 messages, and more.");

        browser.type("#text", "surabaya <b> 7");
        browser.enter();
        says("said", "11 messages.");
        browser.value("document.querySelector('#removed tbody input').click()");
        says("restore", "Bring back (1)");
        desk.owner.room = 0;
        press("#restore");
        browser.until("document.getElementById('error').innerText.startsWith('Your mailbox has no room')", SOON);
        says("said", "Nothing was brought back.");
        desk.owner.room = Integer.MAX_VALUE;
        press("#restore");
        says("said", "1 message is back.");
        browser.until("document.querySelectorAll('#removed tbody tr').length === 10", SOON);
        assertThat(browser.value("String(document.getElementById('error').hidden)"))
                .isEqualTo("true");
        browser.size(360, 740);
        fits();
        browser.picture(PICTURES.resolve("mailbox-360.png"));
        browser.dark(true);
        browser.picture(PICTURES.resolve("mailbox-360-dark.png"));

        browser.value("document.getElementById('text').value = ''");
        press("#search button");
        says("said", "100 messages, and more.");
        browser.value("document.getElementById('all').click()");
        press("#every");
        says("restore", "Bring back all on every page");
        browser.enter();
        says("said", "229 messages are back.");
        assertThat(desk.owner.back).hasSize(230);
        browser.open("https://127.0.0.1:" + desk.port() + "/");
        browser.until("location.pathname === '/mailbox'", SOON);
        says("said", "No removed messages can be had back now.");
    }

    @Test
    void silenceOfTheConsoleIsSaid() throws Exception {
        signIn(Desk.ADMIN.toString(), Desk.PASSWORD);
        untilRow("gszimbra1", "Ready", SOON);
        desk.nodes = () -> {
            throw new IllegalStateException("of this test");
        };
        browser.until("document.getElementById('stale').innerText.startsWith('No news from the console since')", SOON);
        browser.picture(PICTURES.resolve("status-stale.png"));
        desk.answers(Statuses.well());
        browser.until("document.getElementById('stale').hidden", SOON);
        desk.directory.setPassword(Desk.ADMIN, "changed on another node");
        browser.until("location.pathname === '/login'", SOON);
    }
}
