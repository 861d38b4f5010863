//! Test 15: with any one policy gone, the generated checks of its table fail.

use crate::{
    generated::{check, tables},
    seed::{run, tenants},
};
use store::migrate::{APP, SYSTEM};

#[tokio::test]
async fn t15_dropping_any_policy_is_noticed() {
    let test = testkit::database().await;
    let (a, b) = tenants(&test).await;
    let mut conn = test.superuser().await;
    let tables = tables(&mut conn, &a, &b).await;
    let policies: Vec<(String, String)> = sqlx::query_as(
        "select format('%I.%I', schemaname, tablename), policyname::text from pg_policies
         where schemaname in ('control', 'shared') order by 1, 2",
    )
    .fetch_all(&mut conn)
    .await
    .expect("policies");
    assert!(policies.len() >= 25, "the policies are found");
    for (table, policy) in policies {
        let mut wrong = Vec::new();
        for login in [APP, SYSTEM] {
            // Inside one transaction of the superuser, so that the policy comes back by rolling back.
            run(
                &mut conn,
                &format!("begin; drop policy {policy} on {table}; set local role {login}"),
            )
            .await
            .expect("drop");
            wrong.extend(check(&mut conn, login, &tables, &a, &b).await);
            run(&mut conn, "rollback").await.expect("rollback");
        }
        assert!(
            wrong.iter().any(|line| line.starts_with(&format!("{table}:"))),
            "{table} without {policy}: {wrong:?}"
        );
    }
}

#[tokio::test]
async fn t15_switching_row_level_security_off_is_noticed() {
    let test = testkit::database().await;
    let (a, b) = tenants(&test).await;
    let mut conn = test.superuser().await;
    let tables = tables(&mut conn, &a, &b).await;
    for table in &tables {
        let mut wrong = Vec::new();
        for login in [APP, SYSTEM] {
            let off = format!(
                "begin; alter table {} disable row level security; set local role {login}",
                table.name
            );
            run(&mut conn, &off).await.expect("off");
            wrong.extend(check(&mut conn, login, &tables, &a, &b).await);
            run(&mut conn, "rollback").await.expect("rollback");
        }
        let grants_nothing_more = ["control.installation", "control.tenant_schemas"].contains(&table.name.as_str());
        // Two tables hold nothing of anybody; for the system's own, the missing grants speak.
        let system_only = ["control.rate_limits", "control.account_tokens"].contains(&table.name.as_str());
        let noticed = wrong.iter().any(|line| line.starts_with(&format!("{}:", table.name)));
        assert_eq!(
            noticed,
            !grants_nothing_more && !system_only,
            "{}: {wrong:?}",
            table.name
        );
    }
}
