//! China's 34 provinces, their pinyin and main cities, and the 大区 that sales teams cut the country into.
//! Names are prefixes: 江苏省苏州市 begins with 江苏, 苏州工业园区 with 苏州; the longest prefix wins (Xiangyang is not Xian).

use crate::model::fold;
use std::sync::Arc;

/// Province, 大区, other spellings and main cities.
pub(super) const PROVINCES: &[(&str, &str, &str)] = &[
    ("北京", "华北", "Beijing|Peking"),
    ("天津", "华北", "Tianjin"),
    ("河北", "华北", "Hebei|石家庄|唐山|保定|廊坊|邯郸|沧州|秦皇岛|Shijiazhuang|Tangshan|Baoding|Langfang|Handan"),
    ("山西", "华北", "Shanxi|太原|大同|运城|Taiyuan|Datong"),
    ("内蒙古", "华北", "内蒙|Inner Mongolia|Neimenggu|Nei Mongol|呼和浩特|包头|鄂尔多斯|Hohhot|Baotou|Ordos"),
    ("辽宁", "东北", "Liaoning|沈阳|大连|鞍山|营口|Shenyang|Dalian|Anshan"),
    ("吉林", "东北", "Jilin|长春|Changchun"),
    ("黑龙江", "东北", "Heilongjiang|哈尔滨|大庆|齐齐哈尔|Harbin|Daqing"),
    ("上海", "华东", "Shanghai"),
    (
        "江苏",
        "华东",
        "Jiangsu|南京|苏州|无锡|常州|南通|徐州|扬州|镇江|泰州|盐城|昆山|连云港|淮安|Nanjing|Suzhou|Wuxi|Changzhou|Nantong|Xuzhou|Yangzhou|Zhenjiang|Kunshan",
    ),
    ("浙江", "华东", "Zhejiang|杭州|宁波|温州|嘉兴|绍兴|金华|台州|湖州|义乌|Hangzhou|Ningbo|Wenzhou|Jiaxing|Shaoxing|Jinhua|Yiwu|Huzhou"),
    ("安徽", "华东", "Anhui|合肥|芜湖|马鞍山|滁州|蚌埠|Hefei|Wuhu|Chuzhou"),
    ("福建", "华东", "Fujian|福州|厦门|泉州|漳州|莆田|Fuzhou|Xiamen|Quanzhou|Zhangzhou"),
    ("江西", "华东", "Jiangxi|南昌|赣州|九江|Nanchang|Ganzhou|Jiujiang"),
    ("山东", "华东", "Shandong|济南|青岛|烟台|潍坊|淄博|临沂|济宁|威海|东营|Jinan|Qingdao|Tsingtao|Yantai|Weifang|Zibo|Linyi|Weihai"),
    ("河南", "华中", "Henan|郑州|洛阳|新乡|南阳|许昌|Zhengzhou|Luoyang|Xinxiang|Xuchang"),
    ("湖北", "华中", "Hubei|武汉|宜昌|襄阳|荆州|黄石|十堰|Wuhan|Yichang|Xiangyang|Jingzhou"),
    ("湖南", "华中", "Hunan|长沙|株洲|湘潭|衡阳|岳阳|常德|Changsha|Zhuzhou|Xiangtan|Hengyang|Yueyang"),
    (
        "广东",
        "华南",
        "Guangdong|Canton|广州|深圳|东莞|佛山|珠海|中山|惠州|江门|汕头|肇庆|Guangzhou|Shenzhen|Dongguan|Foshan|Zhuhai|Zhongshan|Huizhou|Jiangmen|Shantou",
    ),
    ("广西", "华南", "Guangxi|南宁|柳州|桂林|Nanning|Liuzhou|Guilin"),
    ("海南", "华南", "Hainan|海口|三亚|Haikou|Sanya"),
    ("重庆", "西南", "Chongqing|Chungking"),
    ("四川", "西南", "Sichuan|成都|绵阳|德阳|宜宾|Chengdu|Mianyang|Deyang|Yibin"),
    ("贵州", "西南", "Guizhou|贵阳|遵义|Guiyang|Zunyi"),
    ("云南", "西南", "Yunnan|昆明|大理|Kunming"),
    ("西藏", "西南", "Tibet|Xizang|拉萨|Lhasa"),
    ("陕西", "西北", "Shaanxi|西安|宝鸡|咸阳|Xian|Xi'an|Baoji|Xianyang"),
    ("甘肃", "西北", "Gansu|兰州|Lanzhou"),
    ("青海", "西北", "Qinghai|西宁|Xining"),
    ("宁夏", "西北", "Ningxia|银川|Yinchuan"),
    ("新疆", "西北", "Xinjiang|乌鲁木齐|Urumqi|Wulumuqi"),
    ("香港", "港澳台", "Hong Kong|Hongkong|HKSAR"),
    ("澳门", "港澳台", "Macau|Macao"),
    ("台湾", "港澳台", "Taiwan|台北|新竹|Taipei|Hsinchu"),
];

/// Folded prefix → 大区, as a field's `values` keep them.
pub(in crate::rules) fn regions() -> Vec<(String, Arc<str>)> {
    let mut all = Vec::with_capacity(400);
    for (province, area, others) in PROVINCES {
        let area: Arc<str> = (*area).into();
        all.push((fold(province).into_owned(), Arc::clone(&area)));
        all.push((format!("中国{province}"), Arc::clone(&area)));
        all.extend(super::spellings(others).map(|s| (fold(s).into_owned(), Arc::clone(&area))));
    }
    for area in ["华东", "华北", "华中", "华南", "西南", "西北", "东北", "港澳台"] {
        all.push((area.to_owned(), area.into()));
    }
    all
}
