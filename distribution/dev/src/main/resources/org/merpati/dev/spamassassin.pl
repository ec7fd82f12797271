# Judges the files whose paths are on standard input with Debian's SpamAssassin in this one process, as ./dev bench
# filter compares with: arguments are a file of preferences and how often the list is judged. Verdicts of the last time
# go to standard output as 'merpati filter check' writes them, the processor time of each time to standard error.
use strict;
use warnings;
use Mail::SpamAssassin;

my ($preferences, $rounds) = @ARGV;

sub content {
    my ($path) = @_;
    open(my $file, '<:raw', $path) or die "$path: $!\n";
    local $/;
    return <$file>;
}

my $engine = Mail::SpamAssassin->new({
    local_tests_only => 1,
    dont_copy_prefs => 1,
    userprefs_filename => $preferences,
    post_config_text => content($preferences),
    rules_filename => '/usr/share/spamassassin',
    site_rules_filename => '/etc/spamassassin',
});
$engine->compile_now(0, 1);
chomp(my @paths = <STDIN>);
for my $round (1 .. $rounds) {
    my @before = times;
    for my $path (@paths) {
        my $mail = $engine->parse(content($path));
        my $found = $engine->check($mail);
        if ($round == $rounds) {
            printf "%s\t%.3f\t%s\t%s\n", $path, $found->get_score, $found->is_spam ? 'spam' : 'ham',
                $found->get_names_of_tests_hit;
        }
        $found->finish;
        $mail->finish;
    }
    my @after = times;
    printf STDERR "round %d: %.3f ms of CPU a message\n", $round,
        1000 * ($after[0] + $after[1] - $before[0] - $before[1]) / (@paths || 1);
}
