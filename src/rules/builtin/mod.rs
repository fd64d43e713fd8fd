//! What every workspace knows without being told: the usual fields of CRM exports in several languages, event kinds,
//! channels, regions of China, and the texts that exports put into blank cells.
//!
//! Spellings are folded before they meet a header, so `E-Mail Address`, `email_address` and `EMAIL ADDRESS` are one. What a workspace
//! declares beats what stands here; a declared field with a built-in id keeps its declared type and inherits the spellings.

mod channels;
mod fields;
mod kinds;
mod regions;
mod tables;

pub(super) use channels::{BuiltinChannel, CHANNELS};
pub(super) use fields::{BuiltinField, EVENT_FIELDS, EVENT_HEADERS, FIELDS};
pub(super) use kinds::KINDS;
pub(super) use regions::regions;
pub(super) use tables::TABLES;

/// What a table writes as one text: spellings between `|`.
pub(super) fn spellings(list: &str) -> impl Iterator<Item = &str> {
    list.split('|').map(str::trim).filter(|s| !s.is_empty())
}

/// The spellings of a list of values, and each English one as machines write it: `Direct Traffic` and `direct_traffic`.
pub(super) fn value_spellings(list: &str) -> impl Iterator<Item = String> {
    spellings(list).flat_map(|s| {
        let machine = (s.is_ascii() && s.contains(' ')).then(|| s.replace(' ', "_"));
        std::iter::once(s.to_owned()).chain(machine)
    })
}

/// Cells that mean "nothing". Not here: `unknown` (an answer, and not the same as none), `none`, `0`.
pub(super) const BLANK: &[&str] = &[
    "-",
    "--",
    "---",
    "—",
    "——",
    "/",
    "\\",
    "N/A",
    "#N/A",
    "NULL",
    "nil",
    "NaN",
    "Select",
    "Select...",
    "-None-",
    "--None--",
    "- Select -",
    "(blank)",
    "(empty)",
    "\\N",
    "无",
    "空",
    "(空)",
    "请选择",
    "--请选择--",
    "未填",
    "未填写",
    "暂无",
];

/// The identities that are tried when fields.yaml names none, strongest first.
pub(super) const IDENTITY: &[&str] = &["id", "wecom_id", "phone", "email"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{fold, fold_header};
    use rustc_hash::FxHashMap;

    /// Each spelling under one id only, or a header would mean two things.
    fn one_owner<'a>(what: &str, all: impl Iterator<Item = (&'a str, String)>) {
        let mut owner: FxHashMap<String, &str> = FxHashMap::default();
        for (id, spelling) in all {
            if let Some(other) = owner.insert(spelling.clone(), id) {
                assert_eq!(other, id, "{what}: `{spelling}` is in both");
            }
        }
    }

    #[test]
    fn no_spelling_means_two_things() {
        one_owner("fields", FIELDS.iter().flat_map(|f| spellings(f.aliases).chain([f.id]).map(move |s| (f.id, fold_header(s)))));
        one_owner(
            "kinds",
            KINDS.iter().flat_map(|k| value_spellings(k.aliases).chain([k.id.into(), k.title.into()]).map(move |s| (k.id, fold(&s).into_owned()))),
        );
        one_owner(
            "channels",
            CHANNELS.iter().flat_map(|c| value_spellings(c.synonyms).chain([c.id.into(), c.title.into()]).map(move |s| (c.id, fold(&s).into_owned()))),
        );
        one_owner("regions", regions().iter().map(|(syn, area)| (&**area, syn.clone())).collect::<Vec<_>>().into_iter());
        for t in TABLES {
            one_owner(t.id, t.columns.iter().flat_map(|(id, aliases)| spellings(aliases).chain([*id]).map(move |s| (*id, fold_header(s)))));
        }
    }

    #[test]
    fn headers_of_real_exports_are_known() {
        let find = |header: &str| {
            let h = fold_header(header);
            FIELDS.iter().find(|f| fold_header(f.id) == h || spellings(f.aliases).any(|a| fold_header(a) == h)).map(|f| f.id)
        };
        for (header, id) in [
            ("Full Name", "name"),
            ("full_name", "name"),
            ("Lead Name", "name"),
            ("FirstName", "first_name"),
            ("姓名", "name"),
            ("联系人姓名", "name"),
            ("EMAIL ADDRESS", "email"),
            ("Correo", "email"),
            ("البريد", "email"),
            ("ईमेल", "email"),
            ("电子邮箱", "email"),
            ("User Email", "email"),
            ("Telefono", "phone"),
            ("Téléphone", "phone"),
            ("الهاتف", "phone"),
            ("फ़ोन", "phone"),
            ("手机号码", "phone"),
            ("phone_number", "phone"),
            ("Mobile No.", "phone"),
            ("Empresa", "company"),
            ("Entreprise", "company"),
            ("Firma", "company"),
            ("客户名称", "company"),
            ("Account Name", "company"),
            ("LeadSource", "channel"),
            ("Original Source", "channel"),
            ("utm_source", "channel"),
            ("线索来源", "channel"),
            ("OwnerId", "owner"),
            ("Sales Rep", "owner"),
            ("跟进人", "owner"),
            ("负责人", "owner"),
            ("created_time", "created_at"),
            ("Create Date", "created_at"),
            ("Created on", "created_at"),
            ("创建时间", "created_at"),
            ("Lead Status", "stage"),
            ("Statut", "stage"),
            ("客户阶段", "stage"),
            ("Record ID", "id"),
            ("external_userid", "wecom_id"),
            ("Job Title", "title"),
            ("职务", "title"),
            ("NumberOfEmployees", "employees"),
            ("人员规模", "employees"),
            ("campaign_name", "campaign"),
            ("الاسم", "name"),
            ("नाम", "name"),
            ("Nombre", "name"),
        ] {
            assert_eq!(find(header), Some(id), "{header}");
        }
        for header in ["Notes2", "platform", "GCLID", "unknown"] {
            assert_eq!(find(header), None, "{header}");
        }
    }

    #[test]
    fn provinces_lead_to_their_region() {
        let all = regions();
        let of = |cell: &str| {
            let cell = fold(cell);
            all.iter().filter(|(s, _)| cell.starts_with(s.as_str())).max_by_key(|(s, _)| s.len()).map(|(_, r)| r.to_string())
        };
        for (cell, region) in [
            ("江苏省苏州市", "华东"),
            ("上海", "华东"),
            ("Beijing", "华北"),
            ("内蒙古自治区", "华北"),
            ("Shaanxi", "西北"),
            ("Shanxi", "华北"),
            ("湖北武汉", "华中"),
            ("Xiangyang", "华中"),
            ("Xi'an", "西北"),
            ("广东省深圳市", "华南"),
            ("四川成都", "西南"),
            ("黑龙江", "东北"),
            ("香港", "港澳台"),
            ("华东区", "华东"),
            ("中国浙江", "华东"),
            ("Hong Kong", "港澳台"),
        ] {
            assert_eq!(of(cell).as_deref(), Some(region), "{cell}");
        }
        assert_eq!(of("Ohio"), None);
        assert!(regions::PROVINCES.len() == 34);
    }

    #[test]
    fn unknown_is_not_blank() {
        assert!(!BLANK.iter().any(|b| matches!(fold(b).as_ref(), "unknown" | "未知")));
    }
}
