//! The configuration: what it means, and what is said of one that means nothing.

use gatetrail_report::Config;

#[test]
fn accounts_go_by_alias_and_by_id() {
    let text = "# ours\n[accounts]\nproduction = \"111122223333\"\n\"eu.staging-2\" = \"000000000001\"\n";
    let config = Config::parse(text).unwrap();
    assert_eq!(config.account_id("production"), Ok("111122223333"));
    assert_eq!(config.account_id("eu.staging-2"), Ok("000000000001"));
    assert_eq!(config.account_id("999999999999"), Ok("999999999999"));
    assert_eq!(config.account_name("000000000001"), Some("eu.staging-2"));
    assert_eq!(config.account_name("999999999999"), None);
    let unknown = |config: &Config, text: &str| config.account_id(text).unwrap_err().to_string();
    insta::assert_snapshot!(unknown(&config, "Production"), @r#""Production" is neither an account id of 12 digits nor an alias; the aliases are eu.staging-2, production"#);
    insta::assert_snapshot!(unknown(&Config::default(), "12345"), @r#""12345" is neither an account id of 12 digits nor an alias; the configuration has no aliases"#);
}

#[test]
fn nothing_and_an_empty_table_are_the_default() {
    for text in ["", "\n# nothing yet\n", "[accounts]\n", "accounts = {}\n"] {
        assert_eq!(Config::parse(text), Ok(Config::default()), "{text:?}");
    }
    assert_eq!(Config::parse("accounts.a = \"111122223333\"").unwrap().account_id("a"), Ok("111122223333"));
}

#[test]
fn files_beside_it_are_named() {
    let config =
        Config::parse("[geoip]\nfile = \"countries.mmdb\"\n[threats]\nfile = \"threats.txt\"\n").unwrap();
    assert_eq!((config.geoip_file(), config.threats_file()), (Some("countries.mmdb"), Some("threats.txt")));
    assert_eq!(Config::default().geoip_file(), None);
}

#[test]
fn what_means_nothing_is_named_with_its_place() {
    let texts = [
        "[acounts]\nproduction = \"111122223333\"\n",
        "\n[accounts]\nproduction = 111122223333\n",
        "[accounts]\nproduction = \"12345\"\n",
        "[accounts]\nproduction = \"11112222333x\"\n",
        "[accounts]\n  \"Größe 1\" = \"111122223333\"\n",
        "[accounts]\n111122223333 = \"111122223333\"\n",
        "[accounts]\n\"\" = \"111122223333\"\n",
        "[accounts]\nb = \"111122223333\"\na = \"111122223333\"\n",
        "[accounts]\neu.staging = \"111122223333\"\n",
        "accounts = \"111122223333\"\n",
        "[[accounts]]\na = \"111122223333\"\n",
        "[accounts]\na = [\"111122223333\"]\nb = true\n",
        "[accounts]\na = \"111122223333\"\na = \"444455556666\"\n",
        "[accounts\n",
        "[accounts]\nproduction: \"111122223333\"\n",
        "[accounts]\na = \"é\" \"\n",
        "thresholds = 1\naccounts = 1\n",
        "[geoip]\n",
        "[geoip]\npath = \"countries.mmdb\"\n",
        "[geoip]\nfile = \"../countries.mmdb\"\n",
        "[threats]\nfile = \".hidden\"\n",
        "[threats]\nfile = [\"threats.txt\"]\n",
        "threats = \"threats.txt\"\n",
    ];
    let told = texts.map(|text| format!("{text}=> {}\n", Config::parse(text).unwrap_err()));
    insta::assert_snapshot!("config-errors", told.join("\n"));
}
